/** The reader of orders on Lambda, fed by its queue. */
import { consumersFromEnv } from './deps.ts'
import { ordersConsumer } from './orders.ts'

const deps = consumersFromEnv(process.env, 'orders')
const consume = ordersConsumer(deps, deps.read)

export const handler = ({ Records }: { Records: Parameters<typeof consume>[0] }) => consume(Records)
