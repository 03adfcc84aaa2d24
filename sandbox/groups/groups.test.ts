import { expect, test } from 'vitest'
import type { Client } from '../testing/client.ts'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, CAROL, jidOf, stage } from '../testing/stage.ts'

const inGroup = (client: Client, id: string) => client.messages.find((message) => message.key?.id === id)

test('a group made by a phone: its members read what a client and a phone write', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const group = await s.control.createGroup({ creator: BOB, subject: 'Tea', participants: [ALICE, CAROL] })
  expect(group).toMatchObject({ subject: 'Tea', creator: BOB })
  expect(group.participants).toEqual([
    { number: BOB, role: 'superadmin' },
    { number: ALICE, role: 'member' },
    { number: CAROL, role: 'member' },
  ])

  const ids: string[] = []
  for (const text of ['one', 'two', 'three']) ids.push(await alice.send(group.id, text))
  for (const reader of [BOB, CAROL]) {
    await eventually(async () => (await s.control.inbox(reader)).messages.length === 3)
    const { messages, retries } = await s.control.inbox(reader)
    expect(messages.map((message) => message.text)).toEqual(['one', 'two', 'three'])
    expect(messages[0]).toMatchObject({ id: ids[0], from: ALICE, to: group.id, copies: 1 })
    expect(retries).toBe(0)
  }
  expect((await s.control.inbox(ALICE)).messages).toEqual([])

  const answers: string[] = []
  for (const text of ['four', 'five']) answers.push((await s.control.send(CAROL, { to: group.id, text })).id)
  await eventually(() => alice.textOf(answers[0]!) === 'four' && alice.textOf(answers[1]!) === 'five')
  expect(inGroup(alice, answers[0]!)?.key).toMatchObject({
    remoteJid: group.id,
    participantAlt: jidOf(CAROL),
    fromMe: false,
  })
  expect((await s.control.inbox(BOB)).messages).toHaveLength(5)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
})

test('every member reports delivery and reading by itself', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const group = await s.control.createGroup({ creator: ALICE, subject: 'Tea', participants: [BOB, CAROL] })
  const id = await alice.send(group.id, 'all of you')
  await eventually(() => alice.receipts.filter((attrs) => attrs.id === id).length === 2)
  await s.control.read(BOB, [id])
  await eventually(() => alice.receiptsOf(id).includes('read'))
  const readers = alice.receipts.filter((attrs) => attrs.id === id)
  expect(new Set(readers.map((attrs) => attrs.participant)).size).toBe(2)
  expect(readers.every((attrs) => attrs.from === group.id)).toBe(true)
})

test('a group made by a client; members come and go', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const { id, participants } = await alice.socket.groupCreate('Plans', [jidOf(BOB)])
  expect(participants.map((each) => each.phoneNumber)).toEqual([jidOf(ALICE), jidOf(BOB)])
  expect(await bob.socket.groupMetadata(id)).toMatchObject({
    subject: 'Plans',
    addressingMode: 'lid',
    size: 2,
  })
  expect(Object.keys(await bob.socket.groupFetchAllParticipating())).toEqual([id])

  await alice.socket.groupParticipantsUpdate(id, [jidOf(CAROL)], 'add')
  await alice.socket.groupUpdateSubject(id, 'New plans')
  expect(await s.control.group(id)).toMatchObject({
    subject: 'New plans',
    participants: [{ number: ALICE }, { number: BOB }, { number: CAROL }],
  })
  const before = await s.control.send(CAROL, { to: id, text: 'hello' })
  await eventually(() => alice.textOf(before.id) === 'hello' && bob.textOf(before.id) === 'hello')

  await alice.socket.groupParticipantsUpdate(id, [jidOf(BOB)], 'remove')
  const after = await s.control.send(CAROL, { to: id, text: 'without Bob' })
  await eventually(() => alice.textOf(after.id) === 'without Bob')
  expect(bob.textOf(after.id)).toBeUndefined()
  await expect(s.control.send(BOB, { to: id, text: 'me too' })).rejects.toMatchObject({
    code: 'NOT_A_PARTICIPANT',
  })
  await expect(bob.socket.groupMetadata(id)).rejects.toThrow('forbidden')
  await expect(alice.socket.groupMetadata('120363999999999999@g.us')).rejects.toThrow('item-not-found')
})

test('two real clients in one group read each other', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const { id: group } = await s.control.createGroup({ creator: ALICE, subject: 'Us', participants: [BOB] })
  const ids: string[] = []
  for (const text of ['a', 'b', 'c']) ids.push(await alice.send(group, text))
  await eventually(() => ids.every((id, n) => bob.textOf(id) === 'abc'[n]))
  const answer = await bob.send(group, 'd')
  await eventually(() => alice.textOf(answer) === 'd')
  await eventually(() =>
    alice.receipts.some((attrs) => attrs.id === ids[0] && attrs.participant?.includes(':1@')),
  )
  expect((await s.control.inbox(BOB)).messages.map((message) => message.text)).toEqual(['a', 'b', 'c'])
})

test('a companion that links later can read the group as well', async () => {
  await using s = await stage()
  const { id: group } = await s.control.createGroup({ creator: BOB, subject: 'Old', participants: [ALICE] })
  await s.link(ALICE)
  await s.control.send(BOB, { to: group, text: 'for the first' })
  const late = await s.link(ALICE)
  const { id } = await s.control.send(BOB, { to: group, text: 'for both' })
  await eventually(() => late.textOf(id) === 'for both')
})
