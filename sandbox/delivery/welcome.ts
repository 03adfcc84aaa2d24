/**
 * What a phone sends to a device that it has just linked: the key for app state, and the history of its chats. The
 * payloads travel inside the messages, so no media server is needed. Without them Baileys waits for 20 s.
 */
import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { APP_STATE_KEY_ID } from '../people/appstate.ts'
import type { Companion } from '../people/companions.ts'
import type { InboxEntry } from '../people/inbox.ts'
import type { Person } from '../people/people.ts'
import { phoneMessageId } from '../wire/ids.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { encryptFor, originOf } from './write.ts'

const { Type } = proto.Message.ProtocolMessage
const { HistorySyncType } = proto.HistorySync
const MESSAGES_IN_HISTORY = 50

export async function welcome(world: World, companion: Companion) {
  const person = world.people.withLid(companion.lid)
  if (!person || companion.welcomed) return
  const history = historyOf(world, person)
  await world.phones.locked(person, async () => {
    for (const content of [appStateKeyShare(person), ...history])
      await sendToOwn(world, person, companion, { protocolMessage: content })
    companion.welcomed = true
    world.companions.save(companion)
  })
}

/** A message of the phone to its own companion that belongs to no chat. To be called while its ratchets are locked. */
export async function sendToOwn(world: World, person: Person, companion: Companion, message: proto.IMessage) {
  const enc = await encryptFor(world, person, companion, message)
  const attrs = {
    from: pnJid(person.number),
    id: phoneMessageId(),
    t: seconds(),
    type: 'text',
    category: 'peer',
    push_priority: 'high',
    notify: person.name,
  }
  deliver(world, companion, node('message', attrs, [enc]), { origin: originOf(person, message) })
}

/** One key for all devices of a person, so that they can read each other's patches. */
function appStateKeyShare(person: Person): proto.Message.IProtocolMessage {
  const keyId = APP_STATE_KEY_ID
  const fingerprint = { rawId: person.registrationId, currentIndex: 0, deviceIndexes: [0] }
  const keyData = { keyData: person.appStateKey, fingerprint, timestamp: Date.now() }
  return {
    type: Type.APP_STATE_SYNC_KEY_SHARE,
    appStateSyncKeyShare: { keys: [{ keyId: { keyId }, keyData }] },
  }
}

function historyOf(world: World, person: Person): proto.Message.IProtocolMessage[] {
  const entries = world.inbox
    .latest(person.lid, MESSAGES_IN_HISTORY)
    .filter((entry) => entry.type === 'text' && !entry.to.endsWith('@g.us'))
  const chats = Map.groupBy(entries, (entry) => (entry.fromMe ? entry.to : entry.from))
  const peers = [...chats.keys()].flatMap((number) => world.people.find(number.slice(1)) ?? [])
  const conversations = peers.map((peer) => conversation(peer, chats.get(`+${peer.number}`) ?? []))
  const known = [person, ...peers].map((peer) => ({ pnJid: pnJid(peer.number), lidJid: lidJid(peer.lid) }))
  const pushnames = [person, ...peers].map((peer) => ({ id: pnJid(peer.number), pushname: peer.name }))
  return [
    historyChunk(HistorySyncType.INITIAL_BOOTSTRAP, { conversations, phoneNumberToLidMappings: known }),
    historyChunk(HistorySyncType.PUSH_NAME, { pushnames }),
  ]
}

function conversation(peer: Person, entries: InboxEntry[]): proto.IConversation {
  const jids = { id: lidJid(peer.lid), pnJid: pnJid(peer.number), lidJid: lidJid(peer.lid) }
  const messages = entries.map((entry) => ({
    message: {
      key: { remoteJid: jids.id, fromMe: entry.fromMe, id: entry.id },
      message: { conversation: entry.text ?? '' },
      messageTimestamp: Number(seconds(Date.parse(entry.timestamp))),
    },
  }))
  return { ...jids, name: peer.name, unreadCount: 0, conversationTimestamp: Number(seconds()), messages }
}

function historyChunk(
  syncType: proto.HistorySync.HistorySyncType,
  content: Partial<proto.IHistorySync>,
): proto.Message.IProtocolMessage {
  const chunk = { syncType, chunkOrder: 0, progress: 100 }
  const payload = deflateSync(proto.HistorySync.encode({ ...chunk, ...content }).finish())
  return {
    type: Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      ...chunk,
      initialHistBootstrapInlinePayload: payload,
      fileLength: payload.length,
    },
  }
}
