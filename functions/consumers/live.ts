/** Brings listeners up to date, session by session: jobs of one session that come together are one. */
import { setTimeout as pause } from 'node:timers/promises'
import { LiveJob } from '#core/contract/job.ts'
import { type PushDeps, push } from '#core/live/push.ts'
import type { Consume, Record } from './batch.ts'

/** Milliseconds before the second attempt and the third. */
const PAUSES = [200, 1_000]

export const liveConsumer =
  (deps: PushDeps): Consume =>
  async (records) => {
    const jobs: { messageId: string; job: LiveJob }[] = []
    const failed: string[] = []
    const fail = (messageIds: string[], err: unknown) => {
      deps.log.warn({ err, messageIds }, 'live connections could not be told; it is tried again')
      failed.push(...messageIds)
    }
    for (const { messageId, body } of records)
      try {
        jobs.push({ messageId, job: LiveJob.parse(JSON.parse(body)) })
      } catch (err) {
        fail([messageId], err)
      }
    const bySession = Map.groupBy(jobs, ({ job }) => job.sessionId)
    await Promise.all(
      [...bySession].map(async ([id, own]) => {
        const accountId = own[0]?.job.accountId ?? ''
        const volatile = own.flatMap(({ job }) => job.volatile)
        await again(() => push(deps, { id, accountId }, volatile)).catch((err: unknown) =>
          fail(idsOf(own), err),
        )
      }),
    )
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }

/** A session whose job failed is silent until the queue hands it out again, so a moment's trouble is waited out here. */
async function again(work: () => Promise<void>): Promise<void> {
  for (const ms of PAUSES)
    try {
      return await work()
    } catch {
      // The last attempt says what is wrong.
      await pause(ms)
    }
  return work()
}

const idsOf = (records: Pick<Record, 'messageId'>[]): string[] => records.map(({ messageId }) => messageId)
