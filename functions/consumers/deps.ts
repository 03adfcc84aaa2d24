/** What the consumers of conversations and their timed job work with, from the environment. */
import { OrdersConfig } from '#core/conversation/config.ts'
import { handingOn } from '#core/conversation/hand-on.ts'
import { type Opened, openConversations } from '#core/conversation/open.ts'
import type { Reading } from '#core/conversation/receive.ts'
import type { Read } from '#core/conversation/settle.ts'
import { readConfig } from '#core/platform/config.ts'
import { openDomain } from '../domain.ts'
import { reader } from './orders.ts'

export type ConsumerDeps = Opened & { later: Reading['later']; read: Read }

/** @param part how it is named in the log */
export function consumersFromEnv(env: NodeJS.ProcessEnv, part: string): ConsumerDeps {
  const config = readConfig(OrdersConfig, env)
  const opened = openConversations(openDomain(config, part), config)
  return { ...opened, later: handingOn(config), read: reader(opened.store, config) }
}
