/**
 * What of an endpoint nobody may read: its signing secrets and the headers that its owner gave it. Sealed at rest, under
 * a key that is derived from the master key and opens nothing else.
 */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { iso } from '../platform/clock.ts'
import { derivedKeys, textSeal } from '../platform/seal.ts'
import type { Endpoint } from './endpoint.ts'

/** The newest signs; an older one is valid beside it until its time. */
const Secret = z.object({ value: z.string(), until: z.iso.datetime().optional() })
const Contents = z.object({
  secrets: z.array(Secret),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
})
export type Contents = z.infer<typeof Contents>

export type Vault = {
  seal(endpoint: Pick<Endpoint, 'accountId' | 'id'>, contents: Contents): string
  /** @throws Sealed */
  open(endpoint: Pick<Endpoint, 'accountId' | 'id' | 'sealed'>): Contents
  /** The same contents under the first key; undefined when they are. @throws Sealed */
  renewed(endpoint: Pick<Endpoint, 'accountId' | 'id' | 'sealed'>): string | undefined
}

/** The key that functions get instead of the master key; as many as there are of that, in their order. */
export const webhookKey = (masterKeys: string): string => derivedKeys(masterKeys, 'webhooks')

/** @param keys in hex; the first one seals */
export function openVault(keys: readonly string[]): Vault {
  return {
    seal: ({ accountId, id }, contents) =>
      textSeal(keys, accountId).seal(JSON.stringify(contents), `webhook ${id}`),
    open: ({ accountId, id, sealed }) =>
      Contents.parse(JSON.parse(textSeal(keys, accountId).open(sealed, `webhook ${id}`))),
    renewed: ({ accountId, id, sealed }) => textSeal(keys, accountId).renewed(sealed, `webhook ${id}`),
  }
}

const PREFIX = 'whsec_'

/** As the Standard Webhooks write it: 192 random bits. */
export const newSecret = (): string => `${PREFIX}${randomBytes(24).toString('base64')}`

/** @param until when what was valid before ends; nothing of it is valid any more when that is now */
export function rotated({ secrets, headers }: Contents, value: string, until: number, now: number): Contents {
  const [newest] = secrets
  const former = newest && until > now ? [{ value: newest.value, until: iso(until) }] : []
  return { secrets: [{ value }, ...former], headers }
}

/** Those that sign now, the newest first. */
export const validSecrets = ({ secrets }: Contents, now: number): string[] =>
  secrets.filter(({ until }) => !until || Date.parse(until) > now).map(({ value }) => value)
