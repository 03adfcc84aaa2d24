/**
 * What a phone remembers from before the sandbox: so many messages with so many people, over so many days. It is made up
 * anew each time that it is asked for, always the same. A phone hands over what is younger than three months to every new
 * companion, and a year of it to one that asks for all of its history, in parts that lie at the media server.
 */
import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { nameOf } from '../media/cdn.ts'
import { upload } from '../media/files.ts'
import type { Store } from '../store.ts'
import type { World } from '../world.ts'
import type { Companion } from './companions.ts'
import type { Person } from './people.ts'

export type Past = {
  messages: number
  /** With how many people. */
  chats: number
  /** How far it goes back, evenly. */
  days: number
  /** Messages of one part. */
  partSize: number
  /** Characters of each message. */
  length: number
  /** When it was told to remember, in ms. */
  at: number
}
type Remembered = { chat: number; at: number; said: proto.IHistorySyncMsg }

const { RECENT, FULL } = proto.HistorySync.HistorySyncType
const FILLER = 'What was said then. '
const DAY_MS = 86_400_000
const DEPTH_DAYS = { recent: 90, full: 365 }

export const openPasts = (store: Store) => store.table<Past>('pasts')

/** The number of the n-th person of whom a phone remembers something. */
export const rememberedNumber = (chat: number): string => `99800${String(chat).padStart(8, '0')}`
const lidOf = (chat: number): string => `88800${String(chat).padStart(8, '0')}@lid`
export const rememberedId = (n: number): string => `3APAST${n.toString(16).toUpperCase().padStart(14, '0')}`

/** Announcements of the parts that this companion is given, the youngest first. */
export async function pastFor(
  world: World,
  person: Person,
  { shown }: Companion,
): Promise<proto.Message.IProtocolMessage[]> {
  const past = world.pasts.get(person.lid)
  if (!past) return []
  const all = remembered(past)
  const within = (from: number, to: number) =>
    all.filter(({ at }) => at > past.at - to * DAY_MS && at <= past.at - from * DAY_MS)
  const { recent, full } = DEPTH_DAYS
  const parts = [
    ...cut(within(0, recent), past.partSize).map((some) => [RECENT, some] as const),
    ...(shown?.fullHistory ? cut(within(recent, full), past.partSize) : []).map(
      (some) => [FULL, some] as const,
    ),
  ]
  const announced: proto.Message.IProtocolMessage[] = []
  for (const [order, [syncType, some]] of parts.entries()) {
    const progress = Math.floor((100 * (order + 1)) / parts.length)
    announced.push(await leave(world, { syncType, chunkOrder: order, progress }, some))
  }
  return announced
}

function remembered({ messages, chats, days, length, at }: Past): Remembered[] {
  return Array.from({ length: messages }, (_, n) => {
    const [chat, then] = [n % chats, at - Math.floor((n * days * DAY_MS) / messages)]
    const fromMe = n % 3 === 0
    const message = {
      key: { remoteJid: lidOf(chat), fromMe, id: rememberedId(n) },
      message: { conversation: `Remembered ${n}. `.padEnd(length, FILLER) },
      messageTimestamp: Math.floor(then / 1_000),
      ...(fromMe ? { status: proto.WebMessageInfo.Status.READ } : {}),
    }
    return { chat, at: then, said: { msgOrderId: messages - n, message } }
  })
}

const cut = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size))

async function leave(
  world: World,
  part: { syncType: proto.HistorySync.HistorySyncType; chunkOrder: number; progress: number },
  some: Remembered[],
): Promise<proto.Message.IProtocolMessage> {
  const chats = Map.groupBy(some, ({ chat }) => chat)
  const conversations = [...chats].map(([chat, said]) => ({
    id: lidOf(chat),
    lidJid: lidOf(chat),
    pnJid: `${rememberedNumber(chat)}@s.whatsapp.net`,
    name: `Friend ${chat}`,
    messages: said.map((one) => one.said),
  }))
  const content = deflateSync(proto.HistorySync.encode({ ...part, conversations }).finish())
  const { mediaKey, fileEncSha256, fileSha256, fileLength } = await upload(world, 'md-msg-hist', content)
  const { syncType, ...rest } = part
  const kind: number = syncType
  return {
    type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      ...rest,
      syncType: kind,
      mediaKey,
      fileEncSha256,
      fileSha256,
      fileLength,
      directPath: `/mms/md-msg-hist/${nameOf(fileEncSha256)}`,
    },
  }
}
