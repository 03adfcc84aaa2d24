/** What opens an account: a secret of the caller's, known to us by its hash alone. */
import * as z from 'zod'
import type { Key } from './platform/dynamo.ts'
import { hashSecret } from './platform/id.ts'

export const Token = z.object({
  accountId: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  /** It opens what concerns the whole installation, too. */
  admin: z.boolean().default(false),
})
export type Token = z.infer<typeof Token>

/** The sort key of every token. */
export const TOKEN = 'TOKEN'

export const tokenKey = (secret: string): Key => ({ pk: `TOKEN#${hashSecret(secret)}`, sk: TOKEN })
