/**
 * The domain over a real DynamoDB, for tests: a clock and ids that the test owns, a log that is silent, and commands
 * that are kept to be looked at (SQS has tests of its own). Accounts open by a token of their own name.
 */

import * as Accounts from '#core/account.ts'
import type { Command } from '#core/contract/command.ts'
import type { Domain } from '#core/domain.ts'
import { risingIds } from '#core/platform/id.ts'
import { logger } from '#core/platform/log.ts'
import type { Recipient } from '#core/platform/queue.ts'
import type { Retention } from '#core/retention.ts'
import { Settings } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { database } from './database.ts'

export const RETENTION: Retention = { eventSeconds: 7 * 86_400, messageSeconds: 365 * 86_400 }
export type Sent = Recipient & { command: Command; id: string }
export type TestDomain = Awaited<ReturnType<typeof testDomain>>

/** @param now where its clock begins, in ms */
export async function testDomain(now = Date.UTC(2026, 0, 1, 12)) {
  const clock = { now }
  const db = await database({ now: () => clock.now })
  const sent: Sent[] = []
  const queue = { broken: false }
  const newId = risingIds()
  let made = 0
  const counted = (prefix: string, length: number) =>
    `${prefix}${(++made).toString(16).padStart(length, '0')}`

  const domain: Domain = {
    store: db.store,
    commands: {
      async send(to, command, id) {
        if (queue.broken) throw new Error('the queue is down')
        sent.push({ ...to, command, id })
      },
      async check() {
        if (queue.broken) throw new Error('the queue is down')
      },
    },
    log: logger('silent'),
    retention: RETENTION,
    shards: 4,
    newSessionId: () => counted('', 32),
    newMessageId: () => counted('3EB0', 18).toUpperCase(),
    newEventId: () => newId(clock.now),
  }
  return {
    ...domain,
    domain,
    db,
    clock,
    sent,
    queue,
    account: (id: string, plan: Accounts.Plan = 'enterprise') =>
      Accounts.ensure(db.store, { id, plan }, `token-${id}`),
    replaceToken: (id: string, token: string) => Accounts.ensure(db.store, { id, plan: 'enterprise' }, token),
    session: (accountId: string, name = 'line') =>
      Sessions.create(domain, { accountId, name, settings: Settings.parse({}) }),
    close: db.close,
    [Symbol.asyncDispose]: db.close,
  }
}
