/** The timed job of webhooks on Lambda. Whether a run looks at the logs is said by its schedule. */
import { sweepFromEnv } from '../consumers/webhooks-deps.ts'
import { renewSecrets } from './renewal.ts'
import { type Roused, rouse } from './webhooks.ts'

const deps = sweepFromEnv(process.env)

export const handler = async ({ catchUp }: { catchUp?: string } = {}): Promise<Roused> => {
  if (catchUp !== 'no') await renewSecrets(deps)
  return rouse(deps, { catchUp: catchUp !== 'no' })
}
