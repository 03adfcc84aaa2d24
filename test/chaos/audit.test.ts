import { expect, test } from 'vitest'
import type { Answer, Init } from '../support/stack.ts'
import { audit, CLEAN } from './audit.ts'
import type { Town } from './town.ts'
import type { Books } from './traffic.ts'

const LINE = { sessionId: 's1', number: '+4915110000001' }
const ANN = '+4915220000001'
const CHAT = `${ANN.slice(1)}@s.whatsapp.net`
const TOWN: Town = { lines: [LINE], people: [ANN], groups: [], contacts: new Map([[LINE, [ANN]]]) }

const out = (n: number) => ({
  id: `O${n}`,
  text: `line ${n}`,
  from: LINE.number,
  writer: LINE,
  to: ANN,
  people: [ANN],
  lines: [],
})
const into = (n: number) => ({
  id: `I${n}`,
  text: `person ${n}`,
  from: ANN,
  to: LINE.number,
  people: [],
  lines: [LINE],
})
const BOOKS: Books = { entries: [out(1), into(2), out(3), into(4)], refusals: new Map() }

type Shown = { id: string; text: string; fromMe: boolean; status: string }
const shown = (id: string, text: string, status = 'delivered'): Shown => ({
  id,
  text,
  fromMe: id.startsWith('O'),
  status,
})

/** What the world answers when all is well. */
const world = () => ({
  status: 'connected',
  log: [shown('I2', 'person 2'), shown('I4', 'person 4')],
  reasons: [] as string[],
  chats: [CHAT],
  chat: [shown('O1', 'line 1'), shown('I2', 'person 2'), shown('O3', 'line 3'), shown('I4', 'person 4')],
  inbox: [shown('O1', 'line 1'), shown('O3', 'line 3')],
  undecryptable: 0,
  problems: [] as { what: string; detail: string }[],
})
type World = ReturnType<typeof world>

async function look(change: (its: World) => void, books = BOOKS) {
  const its = world()
  change(its)
  const say = async (body: Record<string, unknown>) =>
    ({ status: 200, body, headers: new Headers() }) as Answer<never>
  const api = (path: string) => {
    if (path.includes('/status')) return say({ status: its.status })
    if (path.includes('/events'))
      return say({
        events: [
          ...its.log.map((message) => ({ type: 'message.received', payload: { message } })),
          ...its.reasons.map((reason) => ({ type: 'session.status', payload: { reason } })),
        ],
      })
    if (path.includes('/messages')) return say({ messages: its.chat.toReversed() })
    return say({ chats: its.chats.map((id) => ({ id })) })
  }
  const sandbox = (path: string, _init?: Init) =>
    path.startsWith('/phones')
      ? say({ messages: its.inbox, retries: 0, undecryptable: its.undecryptable })
      : say({ totals: { undecryptable: 0 }, problems: its.problems, unknownQueries: {}, undelivered: {} })
  return audit({ api, sandbox }, TOWN, books)
}

test('nothing is found when everything is as it was written', async () => {
  expect(await look(() => undefined)).toEqual(CLEAN)
})

test.each<[string, (its: World) => void, keyof typeof CLEAN]>([
  ['lost on the way in', (its) => its.log.pop(), 'lost'],
  ['lost on the way out', (its) => its.inbox.pop(), 'lost'],
  ['missing in the chat', (its) => its.chat.pop(), 'lost'],
  ['logged twice', (its) => its.log.push(its.log[1]!), 'twice'],
  ['shown to the phone twice', (its) => its.inbox.push(its.inbox[1]!), 'twice'],
  ['twice in the chat', (its) => its.chat.push(its.chat[0]!), 'twice'],
  ['under another id', (its) => its.inbox.splice(0, 1, shown('O9', 'line 1')), 'strange'],
  ['never written', (its) => its.log.push(shown('I9', 'person 9')), 'strange'],
  ['in a second chat of the same person', (its) => its.chats.push('77@lid'), 'strange'],
  ['logged in another order', (its) => its.log.reverse(), 'outOfOrder'],
  ['reaching the phone in another order', (its) => its.inbox.reverse(), 'outOfOrder'],
  ['never delivered', (its) => its.chat.splice(0, 1, shown('O1', 'line 1', 'server')), 'undelivered'],
  ['not connected', (its) => (its.status = 'connecting'), 'notConnected'],
  ['a conflict of owners', (its) => its.reasons.push('replaced'), 'replaced'],
  ['unreadable for the phone', (its) => (its.undecryptable = 1), 'undecryptable'],
  ['wrong in the eyes of the sandbox', (its) => its.problems.push({ what: 'x', detail: 'y' }), 'problems'],
])('it finds what is %s', async (_, change, kind) => {
  const { [kind]: found, ...others } = await look(change)
  expect(found).toHaveLength(1)
  expect(others).toEqual({ ...CLEAN, [kind]: undefined })
})

test('what a phone sent without hearing an answer may be there once or not at all', async () => {
  const { id: _, ...unanswered } = into(4)
  const books = { ...BOOKS, entries: [out(1), into(2), out(3), unanswered] }
  expect(await look(() => undefined, books)).toEqual(CLEAN)
  const without = (its: World) => {
    its.log.pop()
    its.chat.pop()
  }
  expect(await look(without, books)).toEqual(CLEAN)
  expect((await look((its) => its.log.push(its.log[1]!), books)).twice).toHaveLength(1)
})
