import { expect, test } from 'vitest'
import { type Fleet, QUEUES_TOLD } from '#core/lease.ts'
import { accept, outgoingKey, QUEUED } from '#core/message.ts'
import type { Session } from '#core/session.ts'
import { database } from '../../../test/support/database.ts'
import { RETENTION } from '../../../test/support/domain.ts'
import { openRoster } from '../roster.ts'
import { queuesOf } from './queues.ts'

const NOW = Date.UTC(2026, 0, 1)
const session = (id: string, linked = true, wanted = true) =>
  ({ id, shard: 0, wanted, state: { linked } }) as Session
const rosterOf = (queues: Record<string, number> | undefined, until = NOW + 1) =>
  openRoster(
    async () => ({ leases: [{ shard: 0, owner: 'c1' }], connectors: [{ id: 'c1', until, queues }] }) as Fleet,
    () => NOW,
  )

test('a connector says how many wait; where it says nothing of one, none do', async () => {
  await using db = await database()
  const queueOf = await queuesOf({ roster: rosterOf({ busy: 7 }), store: db.store }, [
    session('busy'),
    session('idle'),
    session('never linked', false),
  ])
  expect(['busy', 'idle', 'never linked'].map(queueOf)).toEqual([7, 0, 0])
})

test('where nobody says, what waits in the ledger is counted, without what is for later', async () => {
  await using db = await database()
  const { store } = db
  const put = async (id: string, sessionId: string, sendAt?: number) =>
    accept(store, RETENTION, {
      id,
      session: { id: sessionId, accountId: 'a', shard: 0, phoneNumber: undefined },
      chatId: '4915100000002@s.whatsapp.net',
      to: '+4915100000002',
      content: { type: 'text', text: 'x' },
      sendAt,
    })
  for (const id of ['1', '2', '3']) await put(id, 'left')
  await put('later', 'left', store.now() + 3_600_000)
  await put('other', 'other')
  const queued = { ...outgoingKey('left', '1') }
  await store.update('messages', queued, {
    UpdateExpression: 'SET waitSk = :place',
    values: { ':place': `${QUEUED}left#1` },
  })
  const full = Object.fromEntries(Array.from({ length: QUEUES_TOLD }, (_, n) => [`s${n}`, n + 1]))
  for (const [roster, wanted] of [
    [rosterOf({}, NOW - 1), true],
    [rosterOf(undefined), true],
    [rosterOf(full), true],
    [rosterOf({}), false],
  ] as const) {
    const both = [session('left', true, wanted), session('other', true, wanted)]
    const queueOf = await queuesOf({ roster, store }, both)
    expect([queueOf('left'), queueOf('other')]).toEqual([3, 1])
  }
})
