/**
 * Reads orders with the model, after the message was stored and the webhook answered or while it still waits. A model
 * that fails is replaced by the rules on the spot, so what comes again is only what the database did not take.
 */
import { OrderJob } from '#core/contract/job.ts'
import type { OrdersConfig } from '#core/conversation/config.ts'
import type { Opened } from '#core/conversation/open.ts'
import { type Read, settle } from '#core/conversation/settle.ts'
import { tokenBudget } from '#core/order/budget.ts'
import { extract } from '#core/order/extractor.ts'
import { modelExtractor } from '#core/order/model.ts'
import { readOrder } from '#core/order/rules.ts'
import type { Store } from '#core/platform/dynamo.ts'
import { type Consume, oneByOne } from './batch.ts'

export const ordersConsumer = (deps: Opened, read: Read): Consume =>
  oneByOne(async (body) => {
    const { seen } = OrderJob.parse(JSON.parse(body))
    await settle(deps, seen, read, deps.outbound)
  }, deps.log)

/** As configured: the model where there is a key, the rules otherwise. */
export function reader(store: Store, config: OrdersConfig): Read {
  const model = config.OPENAI_API_KEY
    ? modelExtractor({
        apiKey: config.OPENAI_API_KEY,
        baseUrl: config.OPENAI_BASE_URL,
        model: config.OPENAI_MODEL,
        timeLimit: config.OPENAI_TIME_LIMIT_MS,
        retries: config.OPENAI_RETRIES,
        budget: tokenBudget(store, config.OPENAI_TOKENS_PER_DAY),
      })
    : undefined
  return (request) => extract({ model, rules: readOrder }, request)
}
