import { afterAll, beforeAll, expect, test } from 'vitest'
import { liveJob } from '#core/live/tell.ts'
import { append } from '#core/log.ts'
import { RETENTION } from '../../test/support/domain.ts'
import { messageStatus } from '../../test/support/events.ts'
import { type LiveWorld, liveWorld } from '../../test/support/live.ts'
import { liveConsumer } from './live.ts'

let w: LiveWorld
beforeAll(async () => {
  w = await liveWorld()
})
afterAll(() => w.close())

const recordOf = (body: string, index: number) => ({ messageId: `m${index}`, body })

test('jobs of one session are one, and only what cannot be read comes again', async () => {
  const session = await w.session('acme')
  await w.open('c1')
  await w.say('c1', { type: 'subscribe', sessions: [session.id] })
  await append(w.store, RETENTION, [messageStatus(session, w.clock.now + 1, 'M1', 'read')])
  const { body } = liveJob(session)
  const bodies = [body, 'nonsense', body, '{"v":2}', body]
  const { batchItemFailures } = await liveConsumer(w.deps)(bodies.map(recordOf))
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }])
  expect(w.saidAs('c1', 'events')).toHaveLength(1)
})

test('a session that cannot be served comes again as a whole, the others do not', async () => {
  const [poor, rich] = [await w.session('acme'), await w.session('acme')]
  let attempts = 0
  const get: typeof w.store.get = (table, schema, key, ...rest) => {
    if (!key.pk.endsWith(poor.id)) return w.store.get(table, schema, key, ...rest)
    attempts++
    return Promise.reject(new Error('the database is away'))
  }
  const consume = liveConsumer({ ...w.deps, store: { ...w.store, get } })
  const { batchItemFailures } = await consume(
    [poor, rich, poor].map((session, index) => recordOf(liveJob(session).body, index)),
  )
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }])
  expect(attempts).toBe(3)
})
