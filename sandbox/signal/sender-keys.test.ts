import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  createSenderKeys,
  decryptFromGroup,
  distributionOf,
  encryptForGroup,
  learnDistribution,
  type SenderKeys,
} from './sender-keys.ts'

const nobody: SenderKeys = { chains: [] }
const words = (text: string) => Buffer.from(text)

test('a reader follows the author in any order, and reads nothing twice', () => {
  const author = createSenderKeys()
  const reader = learnDistribution(nobody, distributionOf(author))
  const messages = ['a', 'b', 'c', 'd'].map((text) => encryptForGroup(author, words(text)))
  for (const n of [2, 0, 3, 1]) expect(decryptFromGroup(reader, messages[n]!).toString()).toBe('abcd'[n])
  expect(() => decryptFromGroup(reader, messages[2]!)).toThrow('used already')
  expect(Object.keys(reader.chains[0]!.skipped)).toEqual([])
})

test('who learns the key later reads from there on', () => {
  const author = createSenderKeys()
  const early = encryptForGroup(author, words('early'))
  const reader = learnDistribution(nobody, distributionOf(author))
  expect(decryptFromGroup(reader, encryptForGroup(author, words('later'))).toString()).toBe('later')
  expect(() => decryptFromGroup(reader, early)).toThrow('used already')
})

test('a key that is sent again does not set the reader back', () => {
  const author = createSenderKeys()
  const first = distributionOf(author)
  let reader = learnDistribution(nobody, first)
  const message = encryptForGroup(author, words('one'))
  decryptFromGroup(reader, message)
  reader = learnDistribution(reader, first)
  expect(() => decryptFromGroup(reader, message)).toThrow('used already')
})

test('a new key does not make messages under the old one unreadable', () => {
  const [old, fresh] = [createSenderKeys(), createSenderKeys()]
  const late = encryptForGroup(old, words('late'))
  const reader = learnDistribution(
    learnDistribution(nobody, distributionOf(createSenderKeys())),
    distributionOf(fresh),
  )
  expect(() => decryptFromGroup(reader, late)).toThrow('unknown')
  expect(decryptFromGroup(reader, encryptForGroup(fresh, words('new'))).toString()).toBe('new')
})

test('a wrong signature, and a jump of more than 2000 messages, are refused', () => {
  const author = createSenderKeys()
  const reader = learnDistribution(nobody, distributionOf(author))
  const forged = encryptForGroup(author, words('forged'))
  randomBytes(8).copy(forged, forged.length - 10)
  expect(() => decryptFromGroup(reader, forged)).toThrow('signature')
  author.chains[0]!.iteration += 3000
  expect(() => decryptFromGroup(reader, encryptForGroup(author, words('far')))).toThrow('Too many')
})
