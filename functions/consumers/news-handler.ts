/** The fan-out of webhooks on Lambda, fed by the queue of news. */
import { newsConsumer } from './webhooks.ts'
import { fanOutFromEnv } from './webhooks-deps.ts'

const consume = newsConsumer(fanOutFromEnv(process.env, 'webhooks'))

export const handler = ({ Records }: { Records: Parameters<typeof consume>[0] }) => consume(Records)
