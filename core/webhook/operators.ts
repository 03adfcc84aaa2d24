/**
 * Whose webhooks may be told of connectors: accounts in which a token with admin rights made one that asks for it. What
 * concerns the installation stands in a log of its own, of which no other account hears.
 */
import * as z from 'zod'
import type { Store, Write } from '../platform/dynamo.ts'

const OPERATORS = 'OPERATORS'

/** Goes with the endpoint that asks for it. Nothing takes it back: who has no such endpoint is told nothing. */
export const operating = (accountId: string): Write => ({
  table: 'main',
  put: { pk: OPERATORS, sk: accountId },
})

export async function operators(store: Store): Promise<string[]> {
  const { items } = await store.query('main', z.object({ sk: z.string() }), OPERATORS)
  return items.map(({ sk }) => sk)
}
