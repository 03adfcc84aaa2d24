/** The timed job of conversations on Lambda. Whether a run reads the logs of linked sessions is said by its schedule. */
import { consumersFromEnv } from '../consumers/deps.ts'
import { type Tended, tend } from './conversations.ts'

const deps = consumersFromEnv(process.env, 'conversations')

export const handler = ({ catchUp }: { catchUp?: string } = {}): Promise<Tended> =>
  tend(deps, deps.later, deps.read, { catchUp: catchUp !== 'no' })
