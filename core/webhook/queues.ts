/** How drains are asked for and news is told: notes in the two queues of webhooks. */
import type { Key } from '../platform/dynamo.ts'
import type { Jobs } from '../platform/jobs.ts'
import type { Told } from './envelope.ts'
import type { DrainJob, News, Stream } from './job.ts'

/** @param also volatile events to be posted, and whether there is anything else to do */
export type Wake = (
  endpoint: Key,
  afterMs?: number,
  also?: { volatile: Told[]; isNews: boolean },
) => Promise<void>
export type Tell = (streams: Stream[], volatile?: Told[]) => Promise<void>

/** Never sooner than asked, by less than a second later. */
export const waker =
  (jobs: Jobs): Wake =>
  ({ pk, sk }, afterMs = 0, also = { volatile: [], isNews: true }) => {
    const job: DrainJob = { v: 1, endpoint: { pk, sk }, ...also }
    const delaySeconds = Math.ceil(afterMs / 1_000)
    return jobs.send([{ body: JSON.stringify(job), ...(delaySeconds > 0 ? { delaySeconds } : {}) }])
  }

export const newsTeller =
  (jobs: Jobs): Tell =>
  (streams, volatile = []) => {
    const news: News = { v: 1, streams, volatile }
    return jobs.send([{ body: JSON.stringify(news) }])
  }
