/** Deliveries of webhooks on Lambda, fed by their queue, one endpoint at a time. */
import { deliveriesConsumer } from './webhooks.ts'
import { deliveriesFromEnv } from './webhooks-deps.ts'

const consume = deliveriesConsumer(deliveriesFromEnv(process.env))

export const handler = ({ Records }: { Records: Parameters<typeof consume>[0] }) => consume(Records)
