/** The two consumers of webhooks: one finds who is to hear of news, the other brings an endpoint up to date. */
import type { Desk } from '#core/webhook/desk.ts'
import { drain } from '#core/webhook/drain.ts'
import { type FanOutDesk, fanOut } from '#core/webhook/fan-out.ts'
import { DrainJob, News } from '#core/webhook/job.ts'
import { postVolatile } from '#core/webhook/volatile.ts'
import { type Consume, oneByOne, together } from './batch.ts'
import type { FanOutDeps } from './webhooks-deps.ts'

export function newsConsumer({ store, log, wake }: FanOutDeps): Consume {
  const desk: FanOutDesk = {
    store,
    noted: new Map(),
    wake: (endpoint, volatile, isNews) => wake(endpoint, 0, { volatile, isNews }),
  }
  const newsIn = (body: string) => News.parse(JSON.parse(body))
  return together((bodies) => fanOut(desk, bodies.map(newsIn)), log)
}

export function deliveriesConsumer(desk: Desk): Consume {
  const busy = new Map<string, number>()
  return oneByOne(async (body) => {
    const { endpoint, volatile, isNews } = DrainJob.parse(JSON.parse(body))
    await Promise.all([
      volatile.length > 0 ? postVolatile(desk, endpoint, volatile, busy) : undefined,
      isNews ? drain(desk, endpoint) : undefined,
    ])
  }, desk.log)
}
