/**
 * Every part is killed in turn while lines that pace, hold, seal and take over a history write all kinds of messages, some
 * for later, and people write back and vote. Afterwards each message is where it belongs, once. KILLS and SEED lengthen or
 * repeat a run.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Inbox, inbox, type Line, linkLine } from '../support/line.ts'
import { type PartName, type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { everything } from './audit.ts'
import { chance } from './chance.ts'
import { accepted, KINDS, type Sent, typed, type Written } from './kinds.ts'
import { everyoneLoggedIn } from './town.ts'

const KILLS = Number(process.env.KILLS ?? 3)
const SEED = Number(process.env.SEED ?? 20_261_120)
const VICTIMS: PartName[] = ['connector-1', 'all', 'connector-1', 'database', 'main']
const SETTINGS = {
  paced: { pacing: { perMinute: 240, burst: 3, minDelayMs: 20, maxDelayMs: 100 } },
  held: { onRestriction: 'hold' },
  sealed: { enableEncryption: true },
  historic: { messageHistory: true },
}
const PAST = { messages: 300, chats: 3, days: 20, partSize: 60 }
const ARRIVED = ['delivered', 'read', 'played']

type Room = { line: Line; person: string; sent: Sent[]; written: Written[] }
type Shown = { id: string; status: string }
type Told = { type: string; payload: { id?: string; messages?: number; message?: { id: string } } }

async function openRooms(its: Stack): Promise<Room[]> {
  const rooms: Room[] = []
  for (const [n, settings] of Object.values(SETTINGS).entries()) {
    const number = `+4915110000${10 + n}`
    if ('messageHistory' in settings)
      await its.sandbox(`/phones/${number}/past`, { method: 'PUT', json: PAST })
    const line = await linkLine(its, number, settings)
    for (const k of [1, 2]) rooms.push({ line, person: `+4915220000${n}${k}`, sent: [], written: [] })
  }
  return rooms
}

/** What is not as it should be, each in a sentence. */
async function audit(its: Stack, rooms: Room[]): Promise<string[]> {
  const wrong: string[] = []
  for (const room of rooms) {
    wrong.push(...wasHeard(room, await eventsOf(its, room)))
    const phone = await inbox(its, room.person)
    const path = `/api/sessions/${room.line.sessionId}/chats/${room.person.slice(1)}/messages?limit=100`
    const chat = await everything<Shown>(its, path, 'messages')
    wrong.push(...wasSent(room, phone, chat))
  }
  const told = await eventsOf(its, rooms.at(-1)!)
  const past = told.reduce((sum, { type, payload }) => sum + (isPart(type) ? payload.messages! : 0), 0)
  return past === PAST.messages ? wrong : [...wrong, `${past} messages of the history were told`]
}

const eventsOf = (its: Stack, { line }: Room) =>
  everything<Told>(its, `/api/sessions/${line.sessionId}/events?limit=1000`, 'events')
const isPart = (type: string): boolean => type === 'history.synced'

function wasHeard({ person, written }: Room, events: Told[]): string[] {
  const heard = events.flatMap(({ type, payload: { id, message } }) =>
    type === 'message.received' ? [message?.id] : type === 'poll.vote' ? [id] : [],
  )
  return written.flatMap(({ id, text }) => {
    const times = heard.filter((one) => one === id).length
    return id && times !== 1 ? [`${text} of ${person} was told ${times} times`] : []
  })
}

function wasSent({ person, sent }: Room, { messages, undecryptable }: Inbox, chat: Shown[]): string[] {
  const seen = messages.map(({ id }) => id)
  const wrong = sent.flatMap(({ id, text }) => {
    const [shown, ...more] = chat.filter((one) => one.id === id)
    if (!shown || more.length > 0) return [`${text} is ${shown ? 'twice' : 'not'} in the chat`]
    if (!seen.includes(id)) return [`${text} is not at ${person}`]
    return ARRIVED.includes(shown.status) ? [] : [`${text} is ${shown.status}`]
  })
  const places = sent.filter(({ isLater }) => !isLater).map(({ id }) => seen.indexOf(id))
  if (places.some((place, n) => place < (places[n - 1] ?? -1))) wrong.push(`the order at ${person}`)
  if (undecryptable > 0) wrong.push(`${undecryptable} unreadable at ${person}`)
  return wrong
}

test(`all kinds of lines and messages outlive ${KILLS} kills of every part`, {
  timeout: 180_000 + KILLS * 30_000,
}, async () => {
  const luck = chance(SEED)
  await using its = await stack({ env: { CONNECTOR_RESTART_MS: '100' } })
  const rooms = await openRooms(its)
  const lines = { lines: [...new Set(rooms.map(({ line }) => line))] }
  let flowing = true
  const writers = rooms.flatMap((room) => {
    const [ours, theirs] = [luck.branch(), luck.branch()]
    const { line, person, sent, written } = room
    const write = async () => {
      for (let n = 0; flowing; n++) {
        await pause(ours.between(200, 900))
        const text = `${line.number} to ${person}, ${n}`
        sent.push(await accepted(its, { sessionId: line.sessionId, to: person }, ours.pick(KINDS), text))
      }
    }
    const answer = async () => {
      for (let n = 0; flowing; n++) {
        await pause(theirs.between(400, 2_000))
        const { messages } = await inbox(its, person).catch(() => ({ messages: [] }))
        const polls = messages.filter(({ type }) => type === 'poll')
        const vote = polls.length > 0 && theirs.happens(0.3) ? theirs.pick(polls).id : undefined
        written.push(await typed(its, person, line.number, `${person}, ${n}`, vote))
      }
    }
    return [write(), answer()]
  })
  const held = rooms[2]!.line.number
  for (let n = 0; n < KILLS; n++) {
    const victim = VICTIMS[n % VICTIMS.length]!
    await its.sandbox('/faults', { json: { kind: 'restrict', number: held, forMs: 3_000 } })
    await pause(luck.between(500, 2_500))
    const before = its.pids[victim]
    await its.kill(victim)
    if (victim === 'all' || victim === 'main') await its.restart()
    else await until(`a new ${victim}`, () => its.pids[victim] !== before, { everyMs: 10 })
    await everyoneLoggedIn(its, lines)
  }
  flowing = false
  await Promise.all(writers)
  let wrong: string[] = []
  const isSettled = async () => {
    wrong = await audit(its, rooms)
    return wrong.length === 0
  }
  await until('all is as it should be', isSettled, { withinMs: 90_000, everyMs: 2_000 }).catch(
    () => undefined,
  )
  expect(wrong).toEqual([])
  expect(rooms.every(({ sent, written }) => sent.length > KILLS && written.length > 0)).toBe(true)
})
