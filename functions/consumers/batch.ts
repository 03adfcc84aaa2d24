/**
 * A batch of an SQS queue, as Lambda hands it over: every record is tried, and only those that failed come back. What
 * can never be read comes back as well, and ends in the dead-letter queue, where a person finds it.
 */
import type { Notes } from '#core/platform/notes.ts'

export type Record = { messageId: string; body: string }
export type Consumed = { batchItemFailures: { itemIdentifier: string }[] }
export type Consume = (records: Record[]) => Promise<Consumed>

/** @param handle one record; it throws when the record shall come again */
export const oneByOne =
  (handle: (body: string) => Promise<void>, log: Pick<Notes, 'warn'>): Consume =>
  async (records) => {
    const failures = await Promise.all(
      records.map(async ({ messageId, body }) => {
        try {
          await handle(body)
          return []
        } catch (err) {
          log.warn({ err, messageId }, 'a record of a queue could not be handled; it comes again')
          return [{ itemIdentifier: messageId }]
        }
      }),
    )
    return { batchItemFailures: failures.flat() }
  }

/** All of them together, which costs less; one by one when that fails, to tell who is to blame. */
export const together =
  (handle: (bodies: string[]) => Promise<void>, log: Pick<Notes, 'warn'>): Consume =>
  async (records) => {
    try {
      await handle(records.map(({ body }) => body))
      return { batchItemFailures: [] }
    } catch (err) {
      log.warn({ err, records: records.length }, 'a batch of a queue could not be handled; one by one')
      return oneByOne((body) => handle([body]), log)(records)
    }
  }
