/** The feeder of conversations on Lambda, fed by the queue of events. */
import { consumersFromEnv } from './deps.ts'
import { eventsConsumer } from './events.ts'

const deps = consumersFromEnv(process.env, 'conversations', { tells: false })
const consume = eventsConsumer(deps, deps.later, deps)

export const handler = ({ Records }: { Records: Parameters<typeof consume>[0] }) => consume(Records)
