/** Telling live connections on Lambda, fed by the queue of live jobs. */
import { pushFromEnv } from '../live/deps.ts'
import { liveConsumer } from './live.ts'

const consume = liveConsumer(pushFromEnv(process.env))

export const handler = ({ Records }: { Records: Parameters<typeof consume>[0] }) => consume(Records)
