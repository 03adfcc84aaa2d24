/**
 * The taking over of history with everything around it in memory: what a phone offers, what a device keeps of it, and all
 * that was stored and told. Time is moved by the test.
 */
import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { Event } from '#core/contract/event.ts'
import type { HistoryState } from '#core/history.ts'
import { logger } from '#core/platform/log.ts'
import type { Past } from '#core/projection/history.ts'
import { Settings } from '#core/settings.ts'
import { type Timers, timerIn } from '#core/timers.ts'
import { type Context, eventsOf } from '../../connector/convert/index.ts'
import { Shelf } from '../../connector/socket/history/shelf.ts'
import type { Connection, Row } from '../../connector/socket/index.ts'
import type { Me } from '../../connector/socket/types.ts'
import { WriteSet } from '../../connector/socket/write-set.ts'
import { historian } from '../../connector/supervisor/history.ts'
import { until } from './until.ts'

export const ANN = '4915100000002'
export const GROUP = '120363000000000001@g.us'
export const { INITIAL_BOOTSTRAP, RECENT, FULL, ON_DEMAND, PUSH_NAME } = proto.HistorySync.HistorySyncType
const about = { sessionId: 'session', accountId: 'acme' }
export const ME: Me = {
  jid: '4915100000001:3@s.whatsapp.net',
  lid: '111:3@lid',
  phoneNumber: '+4915100000001',
  name: 'Me',
}
const context: Context = {
  session: about,
  me: ME,
  directory: () => undefined,
  now: '2026-01-01T12:00:00.000Z',
}

export const said = (id: string, seconds: number, order: number, fromMe = false) => ({
  msgOrderId: order,
  message: {
    key: { remoteJid: '222@lid', fromMe, id },
    message: { conversation: `text of ${id}` },
    messageTimestamp: seconds,
    ...(fromMe ? { status: proto.WebMessageInfo.Status.READ } : {}),
  },
})
export const sync = (syncType: proto.HistorySync.HistorySyncType) =>
  deflateSync(
    proto.HistorySync.encode({
      syncType,
      phoneNumberToLidMappings: [{ lidJid: '222@lid', pnJid: `${ANN}@s.whatsapp.net` }],
      conversations: [
        // The newest first, as WhatsApp writes it.
        {
          id: '222@lid',
          name: 'Ann',
          ephemeralExpiration: 86_400,
          messages: [said('C', 200, 3, true), said('B', 100, 2), said('A', 100, 1)],
        },
        { id: GROUP, messages: [{ message: { ...said('G', 100, 1).message, participant: '222@lid' } }] },
      ],
    }).finish(),
  )

/** All of it was said by then. */
export const NOW = Date.parse('1970-01-02T00:00:00Z')
export const DAY_MS = 86_400_000

/** Of chats whose timers were heard of, without a store behind it. */
function heardTimers(): Timers {
  const seconds = new Map<string, number>()
  return {
    known: async () => undefined,
    of: (chatId) => seconds.get(chatId) || undefined,
    has: (chatId) => seconds.has(chatId),
    heard(events) {
      for (const told of events.flatMap((event) => timerIn(event) ?? []))
        seconds.set(told.chatId, told.seconds)
    },
  }
}

let nextRow = 0
export const row = (
  syncType: proto.HistorySync.HistorySyncType,
  more: proto.Message.IHistorySyncNotification,
  from = '4915100000001@s.whatsapp.net',
): Row => ({
  id: `01JGFJJZ00000000000000${String(nextRow++).padStart(4, '0')}`,
  kind: 'message',
  stanza: { id: '3EB0PEER', category: 'peer', from },
  encryption: 'msg',
  message: proto.Message.encode({
    protocolMessage: { historySyncNotification: { syncType: syncType as number, ...more } },
  }).finish(),
})
export const inside = (type: proto.HistorySync.HistorySyncType, more = {}) =>
  row(type, { initialHistBootstrapInlinePayload: sync(type), ...more })
export const outside = (type: proto.HistorySync.HistorySyncType) =>
  row(type, { directPath: '/v/history', mediaKey: Buffer.alloc(32, 1), progress: 40 })

/** What a device keeps, and what the next owner finds of it. */
function disk() {
  const rows = new Map<string, string>()
  return {
    rows,
    open(now: () => number) {
      const set = new WriteSet({ rows: new Map(rows), mark: '', topPreKey: 0 }, () => {
        for (const unit of set.pending())
          for (const [key, value] of unit.rows)
            if (value === null) rows.delete(key)
            else rows.set(key, value as string)
        set.take(set.pendingUnits)
      })
      const queued: string[] = []
      let ids = 0
      const shelf = new Shelf({
        set,
        newId: () => `01JGFJJZ1${now()}${String(ids++).padStart(4, '0')}`,
        queue: (id) => void queued.push(id),
        isInJournal: () => false,
        me: () => ME,
        now,
        onChange: () => undefined,
      })
      return { set, shelf, queued }
    },
  }
}

export function world(settings: Parameters<typeof Settings.parse>[0] = {}, kept = disk()) {
  let now = NOW
  const { set, shelf, queued } = kept.open(() => now)
  const it = {
    kept,
    past: [] as Past[],
    noted: [] as Event[],
    told: [] as Event[],
    shown: [] as HistoryState[],
    learnt: [] as proto.HistorySync[],
    downloads: 0,
    trouble: undefined as Error | undefined,
    content: sync(RECENT) as Uint8Array,
    isStoring: true,
    /** What no store would ever take, by its id. */
    poison: '',
    shelf,
    /** Hands on what the shelf has to tell, as the delivery does. */
    hear() {
      for (const id of queued.splice(0)) {
        const said = shelf.row(id)
        if (said) it.told.push(...eventsOf(said, context))
        shelf.handed(id)
      }
    },
    pass(ms: number) {
      now += ms
      past.wake()
    },
    async take(rows: Row[]) {
      shelf.take(rows)
      past.wake()
      await it.idle()
    },
    /** Until nothing is left that could be done now. */
    async idle() {
      await until(
        'nothing more can be done',
        () => atWork === 0 && !shelf.pending().some((one) => one.notBefore <= now),
      )
      it.hear()
    },
    crash: () => {
      set.dead = new Error('killed')
    },
  }
  let [atWork, noted] = [0, 0]
  const timers = heardTimers()
  const past = historian({
    session: () => ({ settings: Settings.parse(settings) }) as never,
    histories: {
      async add(work) {
        atWork++
        await work().finally(() => atWork--)
      },
    },
    keepHistory: async (some) => {
      if (!it.isStoring) throw new Error('the store is away')
      if (some.some(({ id }) => id === it.poison)) throw new RangeError('an item is too large')
      it.past.push(...some)
    },
    about,
    timers,
    async note(drafts) {
      const events = drafts.map((draft, n): Event => ({ ...draft, id: `${noted++}.${n}` }))
      it.noted.push(...events)
      timers.heard(events)
    },
    opened: () => connection,
    device: () => ({ history: shelf }),
    context: () => context,
    shown: (state) => void it.shown.push(state),
    now: () => now,
    random: () => 1,
    log: logger('silent'),
  })
  const connection = {
    learn: async (heads: Uint8Array) => void it.learnt.push(proto.HistorySync.decode(heads)),
    media: {
      async spool() {
        it.downloads++
        if (it.trouble) throw it.trouble
        return {
          read: async function* () {
            yield it.content
          },
          [Symbol.asyncDispose]: async () => undefined,
        }
      },
    },
  } as unknown as Connection
  return it
}
export const seen = (past: Past[]) =>
  past.map(({ type, payload: { message } }) => `${type} ${message.id} ${message.chatId}`)
