/**
 * After the master key was changed: goes round once for each new key, and seals what lies under a former one anew. One key
 * alone leaves nothing to do.
 */
import * as z from 'zod'
import * as Accounts from '#core/account.ts'
import { derive } from '#core/platform/cipher.ts'
import type { Store } from '#core/platform/dynamo.ts'
import type { Notes } from '#core/platform/notes.ts'
import { renewEndpoints, renewProxy } from '#core/webhook/renew.ts'
import { goRound } from './round.ts'
import { everySession, placeOf } from './sessions.ts'

type Deps = { store: Store; log: Pick<Notes, 'warn' | 'info'>; keys: readonly string[] }

const key = { pk: 'ROUND', sk: 'secrets are sealed by' }
const Done = z.object({ name: z.string() })

/** @returns how many secrets were sealed anew */
export async function renewSecrets({ store, log, keys }: Deps): Promise<number> {
  const [sealing] = keys
  if (!sealing || keys.length < 2) return 0
  const name = derive(Buffer.from(sealing, 'hex'), 'name of a key').subarray(0, 8).toString('hex')
  if ((await store.get('main', Done, key))?.name === name) return 0
  let renewed = 0
  const rounds = [
    await goRound(
      { store, log },
      {
        name: 'secrets of accounts',
        after: (place) => Accounts.all(store, place),
        placeOf: ({ id }) => id,
        async attend({ id: accountId }) {
          renewed += await renewEndpoints(store, keys, { accountId })
        },
      },
    ),
    await goRound(
      { store, log },
      {
        name: 'secrets of sessions',
        after: (place) => everySession(store, place),
        placeOf,
        async attend(session) {
          const { id: sessionId, accountId } = session
          renewed += await renewEndpoints(store, keys, { accountId, sessionId })
          renewed += await renewProxy(store, keys, session)
        },
      },
    ),
  ]
  if (rounds.every(({ whole, failed }) => whole && failed === 0)) await store.put('main', { ...key, name })
  if (renewed > 0) log.info({ renewed }, 'secrets are sealed anew, under the new key')
  return renewed
}
