/** Who owns what, as an operator sees it. */
import type { Stack } from '../../support/stack.ts'

type Connector = { id: string; status: 'alive' | 'draining' | 'lost'; shards: number[]; sessions: number }
type Answer = { connectors: Connector[]; shards: { total: number; orphaned: number[] } }

/** `isWhole`: each shard has exactly one owner, which is alive and stays. */
export async function whoOwnsWhat(its: Pick<Stack, 'api'>) {
  const { body } = await its.api<Answer>('/api/connectors')
  const staying = body.connectors.filter(({ status }) => status === 'alive')
  const owned = staying.flatMap(({ shards }) => shards)
  const { total: shards } = body.shards
  return {
    shards,
    staying: staying.length,
    sessions: staying.reduce((sum, { sessions }) => sum + sessions, 0),
    isWhole: owned.length === shards && new Set(owned).size === shards,
  }
}
