import { expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { LiveJob } from '#core/contract/job.ts'
import { iso } from '#core/platform/clock.ts'
import type { Job } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { messageStatus } from '../../test/support/events.ts'
import { until } from '../../test/support/until.ts'
import { liveTeller } from './live.ts'
import { presenceShown, qrShown } from './volatile.ts'

const NOW = Date.UTC(2026, 0, 1)
const line = (id: string) => ({
  id,
  accountId: 'acme',
  listening: { at: iso(NOW), until: iso(NOW + 60_000) },
})
const stored = messageStatus(line('s1'), NOW, 'M1', 'read')
const typing = (nth: number): Event => ({
  id: `01KDWPVNG0BQD918EQJC3HBN${nth}`,
  sessionId: 's1',
  accountId: 'acme',
  timestamp: iso(NOW),
  type: 'presence.update',
  payload: { chatId: 'x@g.us', participant: '+4915100000002', state: 'composing' },
})

function telling(failures = 0) {
  const sent: Job[][] = []
  const clock = { now: NOW }
  let left = failures
  const jobs = {
    async send(batch: Job[]) {
      if (left-- > 0) throw new Error('the queue is away')
      sent.push(batch)
    },
  }
  const atOnce = function* () {
    for (;;) yield async () => undefined
  }
  const tell = liveTeller(jobs, () => clock.now, logger('silent'), atOnce)
  const read = () => sent.map((batch) => batch.map(({ body }) => LiveJob.parse(JSON.parse(body))))
  return { tell, sent, clock, read }
}

test('one job for a session and turn, in the group of the session, however much happened', async () => {
  const { tell, sent, read } = telling()
  for (let nth = 0; nth < 50; nth++) tell(line('s1'), [stored])
  tell(line('s2'), [])
  await until('the jobs', () => sent.length > 0, { everyMs: 1 })
  expect(read()).toEqual([
    [
      { v: 1, sessionId: 's1', accountId: 'acme', volatile: [] },
      { v: 1, sessionId: 's2', accountId: 'acme', volatile: [] },
    ],
  ])
  expect(sent[0]?.map(({ group }) => group)).toEqual(['s1', 's2'])
})

test('nothing where nobody listens, or does any more', async () => {
  const { tell, sent, clock } = telling()
  tell({ id: 's1', accountId: 'acme', listening: undefined }, [stored])
  clock.now += 60_000
  tell(line('s2'), [stored])
  clock.now = NOW
  tell(line('s3'), [stored])
  await until('the job', () => sent.length > 0, { everyMs: 1 })
  expect(sent.flat().map(({ group }) => group)).toEqual(['s3'])
})

test('what is volatile travels along, the newest of it, and is not repeated; the session is', async () => {
  const happy = telling()
  for (let nth = 0; nth < 30; nth++) happy.tell(line('s1'), [typing(10 + nth), stored])
  await until('the job', () => happy.sent.length > 0, { everyMs: 1 })
  expect(happy.read()[0]?.[0]?.volatile.map(({ id }) => id.slice(-2))).toEqual(
    Array.from({ length: 20 }, (_, nth) => `${20 + nth}`),
  )
  const poor = telling(3)
  poor.tell(line('s1'), [typing(10)])
  await until('the job', () => poor.sent.length > 0, { everyMs: 1 })
  expect(poor.read()).toEqual([[{ v: 1, sessionId: 's1', accountId: 'acme', volatile: [] }]])
})

test('a code is told without itself; presence by the canonical chat', () => {
  expect(qrShown(NOW)).toEqual({ type: 'session.qr', payload: { expiresAt: iso(NOW) } })
  const known = (lid: string) => (lid === '900002@lid' ? '+4915100000002' : undefined)
  expect(
    presenceShown({ chat: '900002@lid', participant: '900002:7@lid', state: 'recording' }, known),
  ).toMatchObject({
    payload: { chatId: '4915100000002@s.whatsapp.net', participant: '+4915100000002', state: 'recording' },
  })
  const group = { chat: '1203@g.us', participant: '4915100000003@s.whatsapp.net' }
  expect(presenceShown({ ...group, state: 'available', lastSeen: NOW / 1_000 }, known)).toMatchObject({
    payload: { chatId: '1203@g.us', participant: '+4915100000003', lastSeen: iso(NOW) },
  })
  const status = { chat: 'status@broadcast', participant: 'status@broadcast' }
  expect(presenceShown({ ...status, state: 'available' }, known)).toBeUndefined()
})
