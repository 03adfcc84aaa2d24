/** Brings listeners up to date, session by session: jobs of one session that come together are one. */
import { LiveJob } from '#core/contract/job.ts'
import { type PushDeps, push } from '#core/live/push.ts'
import type { Consume, Record } from './batch.ts'

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
        await push(
          deps,
          { id, accountId },
          own.flatMap(({ job }) => job.volatile),
        ).catch((err: unknown) => fail(idsOf(own), err))
      }),
    )
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  }

const idsOf = (records: Pick<Record, 'messageId'>[]): string[] => records.map(({ messageId }) => messageId)
