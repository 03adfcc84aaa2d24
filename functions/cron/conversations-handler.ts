/** The timed job of conversations on Lambda. */
import { consumersFromEnv } from '../consumers/deps.ts'
import { CATCH_UP_EVERY, type Tended, tend } from './conversations.ts'

const deps = consumersFromEnv(process.env, 'conversations')

/** Runs every minute. */
export const handler = (): Promise<Tended> => {
  const minute = Math.floor(deps.store.now() / 60_000)
  return tend(deps, deps.later, deps.read, { catchUp: minute % CATCH_UP_EVERY === 0 })
}
