/** Other names of a contact: its LID, and its username. Each has an item of its own that leads to the contact. */
import * as z from 'zod'
import { sessionPartition } from '../partition.ts'
import type { Item, Key } from '../platform/dynamo.ts'

export const ALIAS_PREFIX = 'LID#'
const USERNAME_PREFIX = 'USERNAME#'

/** Where a LID leads to the contact that has it. */
export const aliasKey = (sessionId: string, lid: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${ALIAS_PREFIX}${lid}`,
})
/** Where a username leads to the contact that has it, or had it. */
export const usernameKey = (sessionId: string, username: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${USERNAME_PREFIX}${username.toLowerCase()}`,
})

export const aliasItem = (sessionId: string, lid: string, contactId: string): Item => ({
  ...aliasKey(sessionId, lid),
  contactId,
})

export const usernameItem = (sessionId: string, username: string, contactId: string): Item => ({
  ...usernameKey(sessionId, username),
  contactId,
})

/** What the item of a LID says, and that of a username. */
export const Alias = z.object({ contactId: z.string() })
