/** What opens an account, or one session of it: a secret of the caller's, known to us by its hash alone. */
import * as z from 'zod'
import { Scopes } from './access/scope.ts'
import type { Key } from './platform/dynamo.ts'
import { hashSecret } from './platform/id.ts'

export const Token = z.object({
  accountId: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  /** It opens what concerns the whole installation, too. */
  admin: z.boolean().default(false),
  /** By which it is listed and revoked; that of `ensure` has none, because whoever runs the system owns it. */
  id: z.string().optional(),
  scopes: Scopes.default(['*']),
  /** It opens this session and nothing else. */
  sessionId: z.string().optional(),
  /** Seconds since 1970. */
  expiresAt: z.int().optional(),
})
export type Token = z.infer<typeof Token>

/** The sort key of every token. */
export const TOKEN = 'TOKEN'

export const tokenKey = (secret: string): Key => ({ pk: `TOKEN#${hashSecret(secret)}`, sk: TOKEN })
