import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import type { Settings } from '#core/settings.ts'
import { Refused } from '../../connector/socket/index.ts'
import { filePartOf } from '../../connector/socket/media/part.ts'
import {
  ANN,
  DAY_MS,
  FULL,
  GROUP,
  INITIAL_BOOTSTRAP,
  inside,
  ME,
  NOW,
  ON_DEMAND,
  outside,
  PUSH_NAME,
  RECENT,
  row,
  said,
  seen,
  sync,
  world,
} from '../support/history.ts'
import { until } from '../support/until.ts'

test('what came inside the message is stored before it is told, each at its time and in its order', async () => {
  const it = world()
  await it.take([inside(INITIAL_BOOTSTRAP, { progress: 100 })])
  const chat = `${ANN}@s.whatsapp.net`
  expect(seen(it.past).toSorted()).toEqual([
    `message.received A ${chat}`,
    `message.received B ${chat}`,
    `message.received G ${GROUP}`,
    `message.sent C ${chat}`,
  ])
  const times = new Map(it.past.map(({ id, timestamp }) => [id, Date.parse(timestamp)]))
  expect(Object.fromEntries(times)).toEqual({ A: 100_000, B: 100_001, C: 200_000, G: 100_000 })
  const one = (id: string) => it.past.find((past) => past.id === id)
  expect([one('A')?.reached, one('C')?.reached]).toEqual([undefined, 'read'])
  expect(one('A')?.payload.message.sender).toEqual({ phoneNumber: `+${ANN}`, lid: '222@lid', name: 'Ann' })
  expect(it.told).toMatchObject([
    { type: 'history.synced', payload: { kind: 'initial', chats: 2, messages: 4, progress: 100 } },
  ])
  expect(it.kept.rows.size, 'only the totals are left').toBe(1)
})

test('in which chats messages disappear is told once, whether the messages are wanted or not', async () => {
  for (const settings of [{}, { messageHistory: false }, { store: false }]) {
    const it = world(settings)
    await it.take([inside(INITIAL_BOOTSTRAP)])
    await it.take([inside(INITIAL_BOOTSTRAP)])
    expect(it.noted).toMatchObject([
      {
        type: 'chat.updated',
        payload: { chatId: `${ANN}@s.whatsapp.net`, changes: { disappearingSeconds: 86_400 } },
      },
    ])
  }
})

test('Baileys is told whom it speaks of, in small pieces, whether the messages are wanted or not', async () => {
  for (const settings of [{}, { messageHistory: false }, { store: false }]) {
    const it = world(settings)
    await it.take([inside(INITIAL_BOOTSTRAP), inside(PUSH_NAME)])
    const [first] = it.learnt
    expect(first?.phoneNumberToLidMappings).toMatchObject([
      { lidJid: '222@lid', pnJid: `${ANN}@s.whatsapp.net` },
    ])
    expect(first?.conversations.map(({ id, name }) => [id, name])).toEqual([
      ['222@lid', 'Ann'],
      [GROUP, null],
    ])
    expect(it.learnt).toHaveLength(2)
    expect(it.told).toHaveLength(it.past.length > 0 ? 1 : 0)
  }
})

test('what lies at the media server is tried again, later and later, and the next owner of the device goes on', async () => {
  const first = world()
  first.trouble = new Error('the media server is away')
  const message = outside(RECENT)
  await first.take([message])
  first.pass(999)
  await first.idle()
  expect(first.downloads).toBe(1)
  first.pass(1)
  await first.idle()
  expect(first.downloads).toBe(2)
  expect(first.shown.at(-1)).toMatchObject({
    status: 'waiting',
    reason: 'unavailable',
    attempts: 2,
    pendingParts: 1,
    nextAttemptAt: new Date(NOW + 3_000).toISOString(),
  })
  first.crash()

  const second = world({}, first.kept)
  second.pass(3_000)
  await second.idle()
  expect(second.downloads).toBe(1)
  expect(second.past).toHaveLength(4)
  expect(second.told).toMatchObject([
    { type: 'history.synced', payload: { kind: 'recent', messages: 4, progress: 40 } },
  ])
  expect(second.shown.at(-1)).toMatchObject({ status: 'complete', parts: 1, messages: 4, progress: 40 })
  if (message.kind !== 'message') throw new Error('a message')
  expect(filePartOf(proto.Message.decode(message.message))).toMatchObject({
    kind: 'md-msg-hist',
    part: { directPath: '/v/history' },
  })
})

test.each([
  ['unavailable', new Error('the media server is away'), 40],
  ['gone', new Refused('The media server answered 404.', 404), 4],
] as const)(
  'one that stays %s is given up by name, and does not hold up the others',
  async (reason, trouble, most) => {
    const it = world()
    it.trouble = trouble
    await it.take([outside(RECENT), inside(INITIAL_BOOTSTRAP)])
    expect(it.told).toMatchObject([{ type: 'history.synced' }])
    for (let n = 1; n < most; n++) {
      it.pass(1_800_000)
      await it.idle()
    }
    expect(it.downloads).toBe(most)
    expect(it.told[1]).toMatchObject({
      type: 'history.failed',
      payload: { kind: 'recent', reason, attempts: most, progress: 40 },
    })
    expect(it.shown.at(-1)).toMatchObject({ status: 'incomplete', failedParts: 1, parts: 1 })
    expect(it.shelf.pending()).toEqual([])
  },
)

test('one that nobody could have for weeks is given up as well', async () => {
  const it = world()
  it.trouble = new Error('the media server is away')
  await it.take([outside(RECENT)])
  it.pass(15 * DAY_MS)
  await it.idle()
  expect(it.told).toMatchObject([{ type: 'history.failed', payload: { attempts: 2 } }])
})

test.each([
  ['not deflated', Buffer.from('not deflated')],
  [
    'cut off',
    deflateSync(
      Buffer.from(proto.HistorySync.encode({ pushnames: [{ id: 'a', pushname: 'b' }] }).finish()).subarray(
        0,
        5,
      ),
    ),
  ],
  ['noise', deflateSync(Buffer.alloc(500, 0xff))],
])('what is %s is unreadable, and none of it is stored', async (_, content) => {
  const it = world()
  await it.take([row(RECENT, { initialHistBootstrapInlinePayload: content })])
  for (let n = 0; n < 4; n++) {
    it.pass(1_800_000)
    await it.idle()
  }
  expect(it.told).toMatchObject([{ type: 'history.failed', payload: { reason: 'unreadable', attempts: 4 } }])
  expect(it.past).toEqual([])
})

test('a session takes what it wants, and what it has asked for', async () => {
  const unwanted = world({ messageHistory: false })
  await unwanted.take([inside(INITIAL_BOOTSTRAP), outside(RECENT), outside(FULL)])
  expect([unwanted.told, unwanted.past, unwanted.downloads]).toEqual([[], [], 0])
  await unwanted.take([inside(ON_DEMAND, { peerDataRequestSessionId: '3EB0ASKED' })])
  expect(unwanted.told[0]?.payload).toMatchObject({ kind: 'on_demand', requestId: '3EB0ASKED', messages: 4 })

  const storeless = world({ store: false })
  await storeless.take([inside(INITIAL_BOOTSTRAP), inside(ON_DEMAND)])
  expect([storeless.told, storeless.past]).toEqual([[], []])
  const deaf = world({ ignore: { groups: true } })
  await deaf.take([inside(INITIAL_BOOTSTRAP)])
  expect(seen(deaf.past).join()).not.toContain(GROUP)
})

test('no more is kept than the session wants to go back, but the latest words of each chat', async () => {
  const aged = (days: number): Uint8Array =>
    deflateSync(
      proto.HistorySync.encode({
        syncType: RECENT,
        conversations: [
          { id: '222@lid', messages: [said(`D${days}`, Math.floor(NOW / 1_000) - days * 86_400, 1)] },
        ],
      }).finish(),
    )
  const keptOf = async (settings: Partial<Settings>, type: number, days: number) => {
    const it = world(settings)
    it.pass(1_000 * DAY_MS)
    await it.take([row(type, { initialHistBootstrapInlinePayload: aged(days - 1_000) })])
    return it.past.length
  }
  expect(await keptOf({}, RECENT, 90)).toBe(1)
  expect(await keptOf({}, RECENT, 100)).toBe(0)
  expect(await keptOf({}, FULL, 90)).toBe(0)
  expect(await keptOf({ historyDepth: 'year' }, FULL, 360)).toBe(1)
  expect(await keptOf({ historyDepth: 'year' }, FULL, 370)).toBe(0)
  expect(await keptOf({}, INITIAL_BOOTSTRAP, 400)).toBe(1)
  expect(await keptOf({}, ON_DEMAND, 400)).toBe(1)
})

test('a store that is away is waited for: the part is not given up, and goes on where it was', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => said(`M${n}`, 10_000 - n, 0))
  const content = deflateSync(
    proto.HistorySync.encode({
      syncType: RECENT,
      conversations: [{ id: '222@lid', messages: many }],
    }).finish(),
  )
  const first = world()
  first.shelf.take([row(RECENT, { initialHistBootstrapInlinePayload: content })])
  first.pass(0)
  await until('some of it is stored', () => first.past.length >= 300)
  first.isStoring = false
  await until('it stands still', () => first.shelf.pending()[0]?.messages === first.past.length)
  first.crash()
  const second = world({}, first.kept)
  second.pass(0)
  await second.idle()
  const ids = [...first.past, ...second.past].map(({ id }) => id)
  expect(new Set(ids).size).toBe(1_000)
  expect(ids.length).toBeLessThanOrEqual(1_000 + 200)
  expect(second.told).toMatchObject([{ type: 'history.synced', payload: { messages: 1_000, chats: 1 } }])
})

test('a message that no store would ever take is left out, and holds up nothing', async () => {
  const it = world()
  it.poison = 'B'
  await it.take([inside(INITIAL_BOOTSTRAP)])
  expect(it.past.map(({ id }) => id)).not.toContain('B')
  expect(it.past.map(({ id }) => id)).toContain('A')
  expect(it.told).toMatchObject([{ type: 'history.synced' }])
  expect(it.shelf.pending()).toEqual([])
})

test('only our own phone hands over history', async () => {
  const it = world()
  const payload = { initialHistBootstrapInlinePayload: sync(RECENT) }
  await it.take([row(RECENT, payload, `${ANN}@s.whatsapp.net`), row(RECENT, payload, '')])
  expect(it.shelf.pending()).toEqual([])
  await it.take([row(RECENT, payload, '111@lid')])
  expect(it.past).toHaveLength(4)
})

test('what is no history is passed over', async () => {
  const it = world()
  const stanza = { id: '1', category: 'peer', from: ME.jid }
  await it.take([{ id: 'R', kind: 'message', stanza, message: Buffer.of(255), encryption: 'msg' }])
  expect(it.past).toEqual([])
})

test('where everything is kept sealed, history is marked for it', async () => {
  const it = world({ enableEncryption: true })
  await it.take([inside(INITIAL_BOOTSTRAP)])
  expect(it.past).toHaveLength(4)
  expect(it.past.every(({ encrypted }) => encrypted)).toBe(true)
})
