/** The timed job of webhooks on Lambda. Whether a run looks at the logs is said by its schedule. */
import { fanOutFromEnv } from '../consumers/webhooks-deps.ts'
import { type Roused, rouse } from './webhooks.ts'

const deps = fanOutFromEnv(process.env, 'webhooks')

export const handler = ({ catchUp }: { catchUp?: string } = {}): Promise<Roused> =>
  rouse(deps, { catchUp: catchUp !== 'no' })
