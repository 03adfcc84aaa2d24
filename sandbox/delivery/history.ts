/** What was said before, as a phone hands it to its companions: to a new one by itself, and to others when they ask. */
import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import type { InboxEntry } from '../people/inbox.ts'
import type { Person } from '../people/people.ts'
import { isGroup, lidJid, pnJid, shownPn } from '../wire/jids.ts'
import { seconds, type World } from '../world.ts'
import { sendToOwn } from './own.ts'

const { Type } = proto.Message.ProtocolMessage
const { HistorySyncType } = proto.HistorySync
const MESSAGES_IN_HISTORY = 50

type Asked = proto.Message.PeerDataOperationRequestMessage.IHistorySyncOnDemandRequest

/** The newest messages of a person, as the phone hands them to a new companion. */
export function historyOf(world: World, person: Person): proto.Message.IProtocolMessage[] {
  const entries = world.inbox.latest(person.lid, MESSAGES_IN_HISTORY).filter(({ type }) => type === 'text')
  const chats = Map.groupBy(entries, chatOf)
  const timed = (chat: string, said: InboxEntry[]) => {
    const ephemeralExpiration = timerOf(world, person, chat)
    return [conversation(world, chat, said) ?? []].flat().map((one) => ({ ...one, ephemeralExpiration }))
  }
  const peers = [...chats.keys()].flatMap((chat) => peerIn(world, chat) ?? [])
  const conversations = [...chats].flatMap(([chat, said]) => timed(chat, said))
  const authors = entries.flatMap(({ from }) => world.people.find(from.slice(1)) ?? [])
  const shown = [...new Set([person, ...peers, ...authors])].filter(({ hidesNumber }) => !hidesNumber)
  const known = shown.map((peer) => ({
    pnJid: pnJid(peer.number),
    lidJid: lidJid(peer.lid),
  }))
  const pushnames = [person, ...peers].map((peer) => ({ id: pnJid(peer.number), pushname: peer.name }))
  return [
    historyChunk(HistorySyncType.INITIAL_BOOTSTRAP, { conversations, phoneNumberToLidMappings: known }),
    historyChunk(HistorySyncType.PUSH_NAME, { pushnames }),
  ]
}

/**
 * The phone is asked for what was said before a message: it answers in a message of its own, oldest first, also when
 * there is nothing more.
 */
export async function sendOlder(
  world: World,
  person: Person,
  companion: Companion,
  { chatJid, oldestMsgId, onDemandMsgCount }: Asked,
  requestId: string,
): Promise<void> {
  const chat = isGroup(chatJid ?? '') ? (chatJid ?? '') : `+${world.people.withJid(chatJid ?? '')?.number}`
  const all = world.inbox
    .list(person.lid, { own: true })
    .filter((entry) => entry.type === 'text' && chatOf(entry) === chat)
  const known = all.findIndex(({ id }) => id === oldestMsgId)
  const older = all.slice(0, known < 0 ? 0 : known).slice(-(onDemandMsgCount ?? MESSAGES_IN_HISTORY))
  const conversations = conversation(world, chat, older) ?? []
  const content = { conversations: [conversations].flat() }
  const chunk = historyChunk(HistorySyncType.ON_DEMAND, content, requestId)
  await world.phones.locked(person, () => sendToOwn(world, person, companion, { protocolMessage: chunk }))
}

const chatOf = (entry: InboxEntry): string =>
  isGroup(entry.to) ? entry.to : entry.fromMe ? entry.to : entry.from

/** After how many seconds what is said in it disappears; whoever of the two has set it last. */
function timerOf(world: World, person: Person, chat: string): number {
  const peer = peerIn(world, chat)
  if (!peer) return world.groups.find(chat)?.disappearingSeconds ?? 0
  const between = (owner: Person, other: Person) =>
    world.inbox
      .list(owner.lid)
      .filter(({ type, from, to }) => type === 'disappearing' && from === `+${other.number}` && !isGroup(to))
  const set = [...between(person, peer), ...between(peer, person)]
  const last = set.toSorted((one, other) => one.timestamp.localeCompare(other.timestamp)).at(-1)
  return Number(last?.seconds ?? 0)
}

const peerIn = (world: World, chat: string): Person | undefined =>
  chat.startsWith('+') ? world.people.find(chat.slice(1)) : undefined

/** The phone keeps chats by LID. */
function conversation(world: World, chat: string, entries: InboxEntry[]): proto.IConversation | undefined {
  const peer = peerIn(world, chat)
  const jids = peer
    ? {
        id: lidJid(peer.lid),
        pnJid: shownPn(peer) ?? null,
        lidJid: lidJid(peer.lid),
        name: peer.name,
        username: peer.username ?? null,
      }
    : { id: chat, name: world.groups.find(chat)?.subject ?? '' }
  if (!peer && !isGroup(chat)) return
  const messages = entries.map((entry, order) => {
    const author = world.people.find(entry.from.slice(1))
    const participant = !peer && !entry.fromMe && author ? { participant: lidJid(author.lid) } : {}
    return {
      msgOrderId: order,
      message: {
        key: { remoteJid: jids.id, fromMe: entry.fromMe, id: entry.id, ...participant },
        message: { conversation: entry.text ?? '' },
        messageTimestamp: Number(seconds(Date.parse(entry.timestamp))),
        ...(author && !entry.fromMe ? { pushName: author.name } : {}),
        ...(entry.fromMe ? { status: proto.WebMessageInfo.Status.READ } : {}),
      },
    }
  })
  return { ...jids, unreadCount: 0, conversationTimestamp: Number(seconds()), messages: messages.reverse() }
}

function historyChunk(
  syncType: proto.HistorySync.HistorySyncType,
  content: Partial<proto.IHistorySync>,
  requestId?: string,
): proto.Message.IProtocolMessage {
  const chunk = { syncType, chunkOrder: 0, progress: 100 }
  const payload = deflateSync(proto.HistorySync.encode({ ...chunk, ...content }).finish())
  return {
    type: Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      ...chunk,
      initialHistBootstrapInlinePayload: payload,
      fileLength: payload.length,
      ...(requestId ? { peerDataRequestSessionId: requestId } : {}),
    },
  }
}
