import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { HistoryState } from '#core/history.ts'
import { ofChat } from '#core/message.ts'
import { rememberedId, rememberedNumber } from '../../sandbox/people/past.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { connectorProcesses } from '../support/connector-process.ts'
import { until } from '../support/until.ts'

/** Parts of the history, and everything else that a phone sends to its own devices, whatever becomes of the process. */
let world: ConnectorWorld
const { start, killAll } = connectorProcesses(() => world)
/** With little room: what is left lying about is collected, and what is held shows. */
const NODE_OPTIONS = '--max-semi-space-size=8 --max-old-space-size=100'
let people = 0
const number = () => `4915170${String(++people).padStart(6, '0')}`
let processes = 0
const connector = async () => {
  const one = start({ CONNECTOR_ID: `history-${++processes}`, NODE_OPTIONS })
  await one.ready()
  return one
}

beforeAll(async () => {
  world = await connectorWorld()
})
afterEach(killAll)
afterAll(() => world.close())

const historyOf = async (id: string): Promise<HistoryState | undefined> =>
  (await world.find(id)).state.history
const untilHistory = (
  id: string,
  what: string,
  fits: (history: HistoryState) => boolean,
  withinMs = 60_000,
) =>
  until(
    `the history is ${what}`,
    async () => {
      const history = await historyOf(id)
      return history && fits(history) ? history : undefined
    },
    { withinMs },
  )

/** Every message of these chats, as the read model has them. */
async function storedIds(sessionId: string, chats: number): Promise<string[]> {
  const ids: string[] = []
  for (let chat = 0; chat < chats; chat++) {
    let cursor: string | undefined
    do {
      const page = await ofChat(world.store, sessionId, `${rememberedNumber(chat)}@s.whatsapp.net`, {
        limit: 500,
        cursor,
      })
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
    } while (cursor)
  }
  return ids
}
const expectAllOnce = async (sessionId: string, chats: number, messages: number) =>
  expect((await storedIds(sessionId, chats)).toSorted()).toEqual(
    Array.from({ length: messages }, (_, n) => rememberedId(n)).toSorted(),
  )
/** The last part is told beside what the session shows, and perhaps after it. */
const toldOf = (id: string) =>
  until('the last part is told', async () => {
    const told = (await world.events(id)).flatMap(({ type, payload }) =>
      type === 'history.synced' ? [`${payload.kind} ${payload.messages} ${payload.progress}`] : [],
    )
    return told.some((part) => /^recent .* 100$/.test(part)) && told
  })

test('a connector is killed while the media server gives nothing: the next one takes all parts over, once', async () => {
  const phone = number()
  await world.phones.remember(phone, { messages: 1_000, chats: 10, partSize: 250 })
  await world.phones.fault({ kind: 'no-downloads' })
  const first = await connector()
  const { id } = await world.line(phone)
  const waiting = await untilHistory(
    id,
    'waiting for all parts',
    ({ status, pendingParts, attempts = 0 }) => status === 'waiting' && pendingParts === 4 && attempts > 1,
  )
  expect(waiting).toMatchObject({ reason: 'unavailable', failedParts: 0, messages: 0 })
  expect(Date.parse(waiting.nextAttemptAt ?? '')).toBeGreaterThan(Date.parse(waiting.updatedAt))
  first.child.kill('SIGKILL')
  await first.ended()

  await connector()
  await world.phones.fault({ kind: 'no-downloads', off: true })
  const history = await untilHistory(id, 'complete', ({ status }) => status === 'complete')
  expect(history).toMatchObject({ parts: 5, pendingParts: 0, messages: 1_000, progress: 100 })
  await expectAllOnce(id, 10, 1_000)
  expect(await toldOf(id)).toEqual([
    'initial 0 100',
    'recent 250 25',
    'recent 250 50',
    'recent 250 75',
    'recent 250 100',
  ])
})

test('20,000 messages, two large parts: connectors are killed in the middle of them, memory stays flat, and what is said now does not wait', {
  timeout: 600_000,
}, async () => {
  const [phone, friend] = [number(), number()]
  const [messages, chats] = [20_000, 20]
  await world.phones.remember(phone, { messages, chats, partSize: 10_000, length: 400 })
  let running = await connector()
  const { id } = await world.line(phone)
  /** Of the process that is alive, in MB. */
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${running.child.pid}/status`, 'utf8'))?.[1]) / 1_024
  const untilStored = (count: number) =>
    untilHistory(id, `at ${count}`, (history) => history.messages >= count, 120_000)

  for (const count of [500, 3_000]) {
    await untilStored(count)
    running.child.kill('SIGKILL')
    await running.ended()
    running = await connector()
  }
  await untilStored(7_000)
  const early = memory()
  const { id: live } = await world.phones.send(friend, { to: phone, text: 'What is said now' })
  await until('it is told', async () =>
    (await world.events(id)).some(
      ({ type, payload }) => type === 'message.received' && payload.message.id === live,
    ),
  )
  expect((await historyOf(id))?.pendingParts, 'the history is still under way').toBeGreaterThan(0)
  await untilStored(16_000)
  expect(memory() - early, 'MB that another 9,000 messages take').toBeLessThan(128)

  const history = await untilHistory(id, 'complete', ({ status }) => status === 'complete', 120_000)
  expect(history).toMatchObject({ parts: 3, messages, failedParts: 0 })
  await expectAllOnce(id, chats, messages)
  expect(await toldOf(id)).toEqual(['initial 0 100', 'recent 10000 50', 'recent 10000 100'])
})
