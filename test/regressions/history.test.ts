import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { logger } from '#core/platform/log.ts'
import type { Past } from '#core/projection/history.ts'
import { Settings } from '#core/settings.ts'
import type { Context } from '../../connector/convert/index.ts'
import type { Draft } from '../../connector/events/order.ts'
import type { Connection, Row } from '../../connector/socket/index.ts'
import { filePartOf } from '../../connector/socket/media/part.ts'
import { historian } from '../../connector/supervisor/history.ts'

const ANN = '4915100000002'
const GROUP = '120363000000000001@g.us'
const { INITIAL_BOOTSTRAP, RECENT, ON_DEMAND } = proto.HistorySync.HistorySyncType
const about = { sessionId: 'session', accountId: 'acme' }
const context: Context = {
  session: about,
  me: { jid: '4915100000001:3@s.whatsapp.net', lid: '111:3@lid', phoneNumber: '+4915100000001', name: 'Me' },
  directory: () => undefined,
  now: '2026-01-01T12:00:00.000Z',
}

const said = (id: string, seconds: number, order: number, fromMe = false) => ({
  msgOrderId: order,
  message: {
    key: { remoteJid: '222@lid', fromMe, id },
    message: { conversation: `text of ${id}` },
    messageTimestamp: seconds,
    ...(fromMe ? { status: proto.WebMessageInfo.Status.READ } : {}),
  },
})
const sync = (syncType: proto.HistorySync.HistorySyncType) =>
  deflateSync(
    proto.HistorySync.encode({
      syncType,
      phoneNumberToLidMappings: [{ lidJid: '222@lid', pnJid: `${ANN}@s.whatsapp.net` }],
      conversations: [
        // The newest first, as WhatsApp writes it.
        {
          id: '222@lid',
          name: 'Ann',
          messages: [said('C', 200, 3, true), said('B', 100, 2), said('A', 100, 1)],
        },
        { id: GROUP, messages: [{ message: { ...said('G', 100, 1).message, participant: '222@lid' } }] },
      ],
    }).finish(),
  )

let nextRow = 0
const row = (
  syncType: proto.HistorySync.HistorySyncType,
  more: proto.Message.IHistorySyncNotification,
): Row => ({
  id: `01JGFJJZ00000000000000000${nextRow++}`,
  kind: 'message',
  stanza: { id: '3EB0PEER', category: 'peer' },
  encryption: 'msg',
  message: proto.Message.encode({
    protocolMessage: { historySyncNotification: { syncType, ...more } },
  }).finish(),
})
const inside = (type: proto.HistorySync.HistorySyncType, more = {}) =>
  row(type, { initialHistBootstrapInlinePayload: sync(type), ...more })
const outside = (type: proto.HistorySync.HistorySyncType) =>
  row(type, { directPath: '/v/history', mediaKey: Buffer.alloc(32, 1), progress: 40 })

function world(settings: Parameters<typeof Settings.parse>[0] = {}) {
  const it = {
    past: [] as Past[],
    notes: [] as Draft[],
    downloads: 0,
    failures: 0,
    take: (rows: Row[]): Promise<Event[]> => past.take(rows, context),
  }
  const download = async () => {
    it.downloads++
    if (it.failures-- > 0) throw new Error('the media server is away')
    return [sync(RECENT)]
  }
  const past = historian({
    about,
    session: () => ({ settings: Settings.parse(settings) }) as never,
    keepHistory: async (kept) => void it.past.push(...kept),
    note: async (drafts) => void it.notes.push(...drafts),
    opened: () => ({ media: { download } }) as unknown as Connection,
    now: () => Date.parse(context.now),
    log: logger('silent'),
  })
  return it
}
const seen = (past: Past[]) =>
  past.map(({ type, payload: { message } }) => `${type} ${message.id} ${message.chatId}`)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what came inside the message is stored before it is told, each at its time and in its order', async () => {
  const it = world()
  const [told] = await it.take([inside(INITIAL_BOOTSTRAP, { progress: 100 })])
  const chat = `${ANN}@s.whatsapp.net`
  expect(seen(it.past)).toEqual([
    `message.received A ${chat}`,
    `message.received B ${chat}`,
    `message.sent C ${chat}`,
    `message.received G ${GROUP}`,
  ])
  expect(it.past.map(({ timestamp }) => Date.parse(timestamp))).toEqual([100_000, 100_001, 200_000, 100_000])
  expect(it.past.map(({ reached }) => reached)).toEqual([undefined, undefined, 'read', undefined])
  expect(it.past[0]?.payload.message.sender).toEqual({ phoneNumber: `+${ANN}`, lid: '222@lid', name: 'Ann' })
  expect(told).toMatchObject({
    type: 'history.synced',
    payload: { kind: 'initial', chats: 2, messages: 4, progress: 100 },
  })
})

test('what lies at the media server is fetched beside everything else, as often as it takes', async () => {
  const it = world()
  it.failures = 2
  const message = outside(RECENT)
  expect(await it.take([message])).toEqual([])
  expect(it.past).toEqual([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(it.downloads).toBe(3)
  expect(it.past).toHaveLength(4)
  expect(it.notes).toMatchObject([
    { type: 'history.synced', payload: { kind: 'recent', messages: 4, progress: 40 } },
  ])
  if (message.kind !== 'message') throw new Error('a message')
  expect(filePartOf(proto.Message.decode(message.message))).toMatchObject({
    kind: 'md-msg-hist',
    part: { directPath: '/v/history' },
  })
})

test('it is given up after some attempts', async () => {
  const it = world()
  it.failures = 100
  await it.take([outside(RECENT)])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(it.downloads).toBe(5)
  expect(it.notes).toEqual([])
})

test('a session takes what it wants, and what it has asked for', async () => {
  const unwanted = world({ messageHistory: false })
  expect(await unwanted.take([inside(INITIAL_BOOTSTRAP)])).toEqual([])
  const [asked] = await unwanted.take([inside(ON_DEMAND, { peerDataRequestSessionId: '3EB0ASKED' })])
  expect(asked?.payload).toMatchObject({ kind: 'on_demand', requestId: '3EB0ASKED', messages: 4 })

  const storeless = world({ store: false })
  expect(await storeless.take([inside(INITIAL_BOOTSTRAP), inside(ON_DEMAND)])).toEqual([])
  const deaf = world({ ignore: { groups: true } })
  await deaf.take([inside(INITIAL_BOOTSTRAP)])
  expect(seen(deaf.past).join()).not.toContain(GROUP)
})

test('what is no history is passed over, and what cannot be read holds up nothing', async () => {
  const it = world()
  const broken = row(RECENT, { initialHistBootstrapInlinePayload: Buffer.from('not deflated') })
  const other: Row = {
    id: 'R',
    kind: 'message',
    stanza: { id: '1' },
    message: Buffer.of(255),
    encryption: 'msg',
  }
  expect(await it.take([broken, other])).toEqual([])
  expect(it.past).toEqual([])
})

test('where everything is kept sealed, history is marked for it', async () => {
  const it = world({ enableEncryption: true })
  await it.take([inside(INITIAL_BOOTSTRAP)])
  expect(it.past.every(({ encrypted }) => encrypted)).toBe(true)
})
