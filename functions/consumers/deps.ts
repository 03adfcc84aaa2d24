/** What the consumers of conversations and their timed job work with, from the environment. */
import { OrdersConfig } from '#core/conversation/config.ts'
import { handingOn } from '#core/conversation/hand-on.ts'
import { type Opened, openConversations } from '#core/conversation/open.ts'
import type { Reading } from '#core/conversation/receive.ts'
import type { Read } from '#core/conversation/settle.ts'
import type { Live } from '#core/live/tell.ts'
import { readConfig } from '#core/platform/config.ts'
import type { Webhooks } from '#core/webhook/tell.ts'
import { liveFrom, openDomain, webhooksFrom } from '../domain.ts'
import { reader } from './orders.ts'

export type ConsumerDeps = Opened & { later: Reading['later']; read: Read; live: Live; webhooks: Webhooks }

/**
 * @param part how it is named in the log
 * @param options.tells whether the store tells listeners of what is written; else whoever writes does
 */
export function consumersFromEnv(
  env: NodeJS.ProcessEnv,
  part: string,
  { tells } = { tells: true },
): ConsumerDeps {
  const config = readConfig(OrdersConfig, env)
  const domain = openDomain(tells ? config : { ...config, LIVE_QUEUE_URL: undefined }, part)
  const opened = openConversations(domain, config)
  return {
    ...opened,
    later: handingOn(config),
    read: reader(opened.store, config),
    live: liveFrom(config, domain.log),
    webhooks: webhooksFrom(config, domain.log),
  }
}
