/** What to do about messages that could not be read: phones ask companions again, and answer when asked themselves. */
import { generateSignalPubKey, proto, type BinaryNode as Stanza } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { MOST_RETRIES } from '../people/unreadable.ts'
import { keyContent, signedKey } from '../queries/keys.ts'
import type { Bundle } from '../signal/phone.ts'
import { isSignedBy } from '../signal/verify.ts'
import { isShared, lidJid, pnJid } from '../wire/jids.ts'
import { at, bytesOf, child, node, uintBytes, uintOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import type { Letter } from './at-phone.ts'
import { deliver, redeliver } from './deliver.ts'
import { stanzaOf } from './queue.ts'
import { encryptFor, takeBundle } from './write.ts'

const KEY_TYPE = Buffer.from([5])
/** From the second request on, the phone sends fresh keys along, in case the session is beyond repair. */
const KEYS_FROM_COUNT = 2

/** Asks the sending companion for the message once more. `count` says for which time; the sixth is not asked. */
export function askAgain(world: World, person: Person, { id, chat, from }: Letter, count: number) {
  if (count > MOST_RETRIES) return
  const own = from.lid === person.lid
  const attrs = {
    from: own ? pnJid(person.number) : chat,
    participant: isShared(chat) ? lidJid(person.lid) : undefined,
    recipient: own && !isShared(chat) ? chat : undefined,
    id,
    t: seconds(),
    type: 'retry',
  }
  if (isShared(chat)) attrs.from = chat
  const content = [
    node('retry', { count: String(count), id, t: seconds(), v: '1' }),
    node('registration', {}, uintBytes(person.registrationId, 4)),
  ]
  if (count >= KEYS_FROM_COUNT) content.push(freshKeys(world.phones.bundle(person)))
  world.stats.count('retriesAsked')
  deliver(world, from, node('receipt', attrs, content))
}

/** A companion could not read a phone's message: a new session, and the same message under the same id. */
export async function answerRetry(world: World, asker: Companion, request: Stanza) {
  const id = request.attrs.id ?? ''
  const [owed] = world.queue.find(asker, 'message', id)
  const sender = owed?.sender && world.people.find(owed.sender)
  if (!owed?.message || !sender) return
  const count = Number(child(request, 'retry')?.attrs.count ?? 1)
  if (count > MOST_RETRIES) return void world.queue.receipted(asker, id)
  const message = proto.Message.decode(owed.message)
  const stanza = stanzaOf(owed)
  const group = isShared(stanza.attrs.from ?? '') ? stanza.attrs.from : undefined
  const keys = keysIn(request, asker)
  await world.phones.locked(sender, async () => {
    world.phones.forgetSession(sender, asker)
    if (group) message.senderKeyDistributionMessage = distribution(world, sender, group)
    const bundle = () => keys ?? takeBundle(world, asker)
    const enc = await encryptFor(world, sender, asker, message, { count: String(count) }, bundle)
    world.stats.count('retriesAnswered')
    redeliver(world, asker, owed, { ...stanza, content: [enc] })
  })
}

function distribution(world: World, person: Person, groupId: string) {
  const axolotlSenderKeyDistributionMessage = world.phones.senderKeyDistribution(person, groupId)
  return { groupId, axolotlSenderKeyDistributionMessage }
}

function freshKeys({ identity, preKey, signedPreKey }: Bundle): Stanza {
  return node('keys', {}, [
    node('type', {}, KEY_TYPE),
    node('identity', {}, Buffer.from(identity)),
    ...(preKey ? [node('key', {}, keyContent(preKey))] : []),
    node('skey', {}, [...keyContent(signedPreKey), node('signature', {}, signedPreKey.signature)]),
  ])
}

/** The keys that came with the request, if they are there and signed by the companion's identity. */
function keysIn(request: Stanza, asker: Companion): Bundle | undefined {
  const keys = child(request, 'keys')
  if (!keys) return undefined
  const [identity, signedPreKey] = [bytesOf(at(keys, 'identity')), signedKey(at(keys, 'skey'))]
  const claim = generateSignalPubKey(signedPreKey.public)
  if (!identity.equals(asker.identity) || !isSignedBy(identity, claim, signedPreKey.signature))
    return undefined
  const key = child(keys, 'key')
  return {
    registrationId: uintOf(at(request, 'registration')),
    identity,
    signedPreKey,
    preKey: key && { id: uintOf(at(key, 'id')), public: bytesOf(at(key, 'value')) },
  }
}
