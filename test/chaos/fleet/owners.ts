/** Who owns what, as an operator sees it. */
import type { Event } from '#core/contract/event.ts'
import type { HandoverFacts } from '#core/contract/fleet.ts'
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
    /** How many shards each of them has. */
    loads: staying.map((one) => one.shards.length),
    isWhole: owned.length === shards && new Set(owned).size === shards,
  }
}

/** Every handover of sessions so far, oldest first. */
export async function handoversOf(its: Pick<Stack, 'api'>): Promise<HandoverFacts[]> {
  const found: HandoverFacts[] = []
  let after: string | null = ''
  while (after !== null) {
    const path: string = `/api/connectors/events?limit=1000${after && `&after=${after}`}`
    const { body } = await its.api<{ events: Event[]; nextCursor: string | null }>(path)
    found.push(...body.events.flatMap((one) => (one.type === 'connector.handover' ? [one.payload] : [])))
    after = body.nextCursor
  }
  return found
}
