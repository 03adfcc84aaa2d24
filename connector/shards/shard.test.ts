import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { logger } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { pass, supervised } from '../../test/support/supervised.ts'
import { Shard, type ShardParts } from './shard.ts'

const RECONCILED_MS = 120_000

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

/** A shard with one session, `s1`, and a queue that says nothing. */
function world(session: Partial<Session>) {
  const it = supervised({ linked: true })
  const stored = () => it.store({})
  it.store(session)
  const { isOurs: _, onGone: __, catchUp: ___, ...supervisor } = it.parts
  const parts: ShardParts = {
    supervisor,
    queue: {
      sqs: { call: () => new Promise(() => {}) } as never,
      end: new AbortController().signal,
      url: String,
    },
    async *sessionsOf() {
      if (stored().wanted) yield stored()
    },
    pendingIntents: async () => {
      const { intent, state } = stored()
      return intent && intent.n > state.doneIntent ? [stored()] : []
    },
    isOurs: async () => true,
    backlog: async () => [],
    overlooked: async () => [],
    handedOver: () => undefined,
    timing: it.parts.timing,
    now: Date.now,
    log: logger('silent'),
  }
  const shard = new Shard(0, 1, 'takeover', parts)
  shard.start()
  return { ...it, shard, phases: () => [...shard.supervisors].map(({ phase }) => phase) }
}

test('a session that nobody wants any more is let go of, and is back when somebody asks for it', async () => {
  const { shard, phases, store } = world({ wanted: true })
  await pass(10)
  expect(phases()).toEqual(['starting'])
  const at = new Date().toISOString()
  store({ wanted: false, intent: { n: 1, action: 'stop', at } })
  await pass(3_000)
  expect(phases()).toEqual(['idle'])
  const { state } = store({})
  store({ state: { ...state, doneIntent: 1 } })
  await pass(2 * RECONCILED_MS)
  expect(phases()).toEqual([])

  store({ wanted: true, intent: { n: 2, action: 'start', at } })
  await pass(3_000)
  expect(phases()).toEqual(['starting'])
  await pass(2 * RECONCILED_MS)
  expect(phases()).toEqual(['starting'])
  await shard.release(false)
})
