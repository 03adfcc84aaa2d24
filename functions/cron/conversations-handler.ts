/** The timed job of conversations on Lambda. */
import { consumersFromEnv } from '../consumers/deps.ts'
import { type Tended, tend } from './conversations.ts'

const deps = consumersFromEnv(process.env, 'conversations')

export const handler = (): Promise<Tended> => tend(deps, deps.later, deps.read)
