/** What a fault does to the connections that are open when it begins. The rest is done where the trouble happens. */
import { tellStandings } from '../delivery/standing.ts'
import { sayGoodbye } from '../wire/goodbyes.ts'
import type { World } from '../world.ts'
import { type ActiveFault, type FaultKind, type FaultRequest, withPlus } from './faults.ts'

/** Strike once when no time is given; every other kind lasts until it is released. */
const INSTANT: readonly FaultKind[] = ['drop', 'replace']

export type FaultBegun = (ActiveFault | FaultRequest) & { struck: number }

export function beginFault(world: World, request: FaultRequest): FaultBegun {
  const isOneBlow = INSTANT.includes(request.kind) && request.forMs === undefined
  const fault = isOneBlow ? request : world.faults.begin(request)
  tellStandings(world)
  return { ...withPlus(fault), struck: strike(world, request) }
}

export const endFault = (world: World, kind: FaultKind, number?: string) => ({
  kind,
  released: world.faults.release(kind, number),
})

function strike(world: World, { kind, number }: FaultRequest): number {
  const hit = world.live.all(number)
  const linked = hit.filter((connection) => connection.companion)
  switch (kind) {
    case 'drop':
      for (const connection of hit) connection.cut()
      return hit.length
    case 'replace':
      for (const connection of linked) sayGoodbye(connection, 'replaced')
      return linked.length
    case 'unavailable':
      for (const connection of hit) sayGoodbye(connection, 'unavailable')
      return hit.length
    default:
      return 0
  }
}
