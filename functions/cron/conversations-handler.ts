/** The timed job of conversations on Lambda, each minute; the logs are read less often, and by every new process at once. */
import { consumersFromEnv } from '../consumers/deps.ts'
import { CATCH_UP_EVERY, type Tended, tend } from './conversations.ts'

const deps = consumersFromEnv(process.env, 'conversations')
let caughtUpAt = 0

export const handler = async (): Promise<Tended> => {
  const now = deps.store.now()
  const catchUp = now - caughtUpAt >= CATCH_UP_EVERY * 60_000
  const tended = await tend(deps, deps.later, deps.read, { catchUp })
  if (catchUp) caughtUpAt = now
  return tended
}
