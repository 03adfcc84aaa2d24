import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Outcome, Send } from './outbox.ts'
import { ROOM, WaitingRoom } from './waiting-room.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [ANN, BOB] = ['4915100000002@s.whatsapp.net', '4915100000003@s.whatsapp.net']
const send = (messageId: string, to = ANN): Send => ({
  messageId,
  to,
  content: { type: 'text', text: messageId },
  acceptedAt: '2026-01-01T00:00:00.000Z',
  isRepeat: false,
})

function room(stuck: Set<string>) {
  const carried: string[] = []
  const tried: string[] = []
  const it = new WaitingRoom(async ({ messageId }): Promise<Outcome> => {
    tried.push(messageId)
    if (stuck.has(messageId)) return 'later'
    carried.push(messageId)
    return 'done'
  })
  return { it, carried, tried }
}

test('a chat keeps its order behind the one that cannot go, and other chats go on', async () => {
  const stuck = new Set(['A1'])
  const { it, carried } = room(stuck)
  for (const [id, to] of [['A1', ANN] as const, ['A2', ANN] as const, ['B1', BOB] as const])
    it.add(send(id, to))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(carried).toEqual(['B1'])
  expect([it.isOccupied(ANN), it.isOccupied(BOB), it.size]).toEqual([true, false, 2])
  stuck.clear()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(carried).toEqual(['B1', 'A1', 'A2'])
  expect([it.isOccupied(ANN), it.size]).toEqual([false, 0])
})

test('attempts come ever more rarely, until something wakes them', async () => {
  const stuck = new Set(['A'])
  const { it, tried, carried } = room(stuck)
  it.add(send('A'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(tried.length).toBeLessThan(20)
  stuck.clear()
  it.wake()
  await vi.advanceTimersByTimeAsync(1)
  expect(carried).toEqual(['A'])
})

test('waiting for long piles nothing up', async () => {
  const { it, tried } = room(new Set(['A']))
  using race = vi.spyOn(Promise, 'race')
  it.add(send('A'))
  await vi.advanceTimersByTimeAsync(600_000)
  expect(tried.length).toBeGreaterThan(40)
  const waitedFor = race.mock.calls.flatMap(([promises]) => [...promises])
  expect(new Set(waitedFor).size, 'a promise of its own each time').toBe(waitedFor.length)
  it.close()
})

test('after it is closed nothing is tried any more', async () => {
  const { it, tried } = room(new Set(['A']))
  it.add(send('A'))
  it.add(send('B'))
  await vi.advanceTimersByTimeAsync(1)
  it.close()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(tried).toEqual(['A'])
})

test('it is full with a thousand, or with a few that say a lot, and has room again when they have gone', async () => {
  for (const [count, text] of [
    [ROOM, 'x'],
    [80, 'x'.repeat(60_000)],
  ] as const) {
    const stuck = new Set(['0'])
    const { it } = room(stuck)
    for (let n = 0; n < count; n++) {
      expect(it.isFull).toBe(false)
      it.add({ ...send(`${n}`), content: { type: 'text', text } })
      if (it.isFull) break
    }
    expect(it.isFull).toBe(true)
    stuck.clear()
    await vi.advanceTimersByTimeAsync(20_000)
    expect([it.isFull, it.size]).toEqual([false, 0])
  }
})
