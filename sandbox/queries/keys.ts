/**
 * The namespace `encrypt`: companions leave their public keys with the server, and fetch those of others. Every
 * signature is verified before a key is accepted.
 */
import { generateSignalPubKey } from '@whiskeysockets/baileys'
import { takeBundle } from '../delivery/write.ts'
import type { Companion, SignedPublicKey } from '../people/companions.ts'
import type { Bundle } from '../signal/phone.ts'
import { isSignedBy } from '../signal/verify.ts'
import { addressKey, parseJid } from '../wire/jids.ts'
import { at, type BinaryNode, bytesOf, childrenOf, node, uintBytes, uintOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Query, reply, replyError } from './reply.ts'

const KEY_TYPE = Buffer.from([5])

export function keys(query: Query) {
  const { world, connection, iq, subject } = query
  const { companion } = connection
  if (!companion) return replyError(query, 401)
  if (subject?.tag === 'count') {
    const left = world.preKeys.count(addressKey(companion))
    return reply(query, node('count', { value: String(left) }))
  }
  if (subject?.tag === 'digest') return reply(query, node('digest'))
  if (subject?.tag === 'key') return reply(query, node('list', {}, bundles(world, subject)))
  if (subject?.tag === 'rotate') return rotate(query, companion, signedKey(at(subject, 'skey')))
  if (iq.attrs.type === 'set') return upload(query, companion)
  world.stats.unknownQuery(`encrypt/${iq.attrs.type}/${subject?.tag}`)
  reply(query)
}

function upload(query: Query, companion: Companion) {
  const { world, iq } = query
  const identity = bytesOf(at(iq, 'identity'))
  const signedPreKey = signedKey(at(iq, 'skey'))
  if (!identity.equals(companion.identity) || !isGenuine(signedPreKey, identity))
    return refuse(query, 'The uploaded signed pre-key is not signed by the identity that was linked.')
  companion.signedPreKey = signedPreKey
  companion.registrationId = uintOf(at(iq, 'registration'))
  world.companions.save(companion)
  const preKeys = childrenOf(at(iq, 'list'), 'key').map((key) => ({
    id: uintOf(at(key, 'id')),
    public: bytesOf(at(key, 'value')),
  }))
  world.preKeys.add(addressKey(companion), preKeys)
  reply(query)
}

function rotate(query: Query, companion: Companion, signedPreKey: SignedPublicKey) {
  if (!isGenuine(signedPreKey, companion.identity))
    return refuse(query, 'The new signed pre-key is not signed by the identity that was linked.')
  companion.signedPreKey = signedPreKey
  query.world.companions.save(companion)
  reply(query)
}

function refuse(query: Query, why: string) {
  query.world.stats.problem('signature', why)
  replyError(query, 406)
}

/** Unknown devices are left out, as the server does; the client then fails to encrypt for them. */
function bundles(world: World, asked: BinaryNode): BinaryNode[] {
  return childrenOf(asked, 'user').flatMap((user) => {
    const jid = user.attrs.jid ?? ''
    const person = world.people.withJid(jid)
    const device = parseJid(jid)?.device ?? 0
    if (!person) return []
    if (device === 0) return bundleNode(jid, world.phones.bundle(person))
    const companion = world.companions.get(person.lid, device)
    if (!companion) return []
    return bundleNode(jid, takeBundle(world, companion), companion.signedIdentity)
  })
}

function bundleNode(jid: string, bundle: Bundle, signedIdentity?: Buffer): BinaryNode {
  const { registrationId, identity, signedPreKey, preKey } = bundle
  const content = [
    node('registration', {}, uintBytes(registrationId, 4)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, Buffer.from(identity)),
    node('skey', {}, [...keyContent(signedPreKey), node('signature', {}, signedPreKey.signature)]),
  ]
  if (preKey) content.push(node('key', {}, keyContent(preKey)))
  if (signedIdentity) content.push(node('device-identity', {}, signedIdentity))
  return node('user', { jid, t: seconds() }, content)
}

/** A key's id and value, as bundles, uploads and retry receipts carry them. */
export const keyContent = (key: { id: number; public: Buffer }): BinaryNode[] => [
  node('id', {}, uintBytes(key.id, 3)),
  node('value', {}, key.public),
]

export const signedKey = (key: BinaryNode): SignedPublicKey => ({
  id: uintOf(at(key, 'id')),
  public: bytesOf(at(key, 'value')),
  signature: bytesOf(at(key, 'signature')),
})

const isGenuine = (key: SignedPublicKey, identity: Buffer): boolean =>
  isSignedBy(identity, generateSignalPubKey(key.public), key.signature)
