/**
 * What a connector should do about the shards, decided from one look at the fleet: pure, so that every case is proven
 * by a table and a moved clock. A shard goes to whoever it was given to by name; what nobody holds is shared evenly;
 * what exceeds the fair share is given away, to a named connector.
 */
import { type Fleet, type Lease, untouched } from '#core/lease.ts'

export type Look = {
  me: string
  shards: number
  fleet: Fleet
  /** Shards that we act for, with their epochs. */
  held: ReadonlyMap<number, number>
  /** Shards that are being closed, to be given away. */
  leaving?: ReadonlySet<number>
  /** False at the first look: connectors that start together should see each other before they share. */
  mayTakeFree: boolean
}
export type Plan = {
  /** Somebody else took these: stop at once. */
  lost: number[]
  claim: Lease[]
  give: { lease: Lease; to: string }[]
}

export function plan(look: Look): Plan {
  const { me, held, leaving } = look
  const leases = everyLease(look)
  const peers = alivePeers(look)
  const share = Math.ceil(look.shards / (peers.length + 1))

  const lost = leases
    .filter((lease) => held.has(lease.shard) && !holds(look, lease))
    .map(({ shard }) => shard)
  const ours = leases.filter((lease) => holds(look, lease))
  const given = leases.filter(
    (lease) => lease.owner === me && !held.has(lease.shard) && !leaving?.has(lease.shard),
  )
  const room = Math.max(0, share - ours.length - given.length)
  const free = look.mayTakeFree ? leases.filter((lease) => lease.owner !== me && isOrphan(look, lease)) : []

  return {
    lost,
    claim: [...given, ...startingAt(placeOf(me, look.shards), free).slice(0, room)],
    give: excess(ours, share, peers, leases),
  }
}

/** How a leaving connector hands on what it holds: evenly to those who stay, or to nobody when it is the last. */
export function handOn(look: Omit<Look, 'mayTakeFree'>): { lease: Lease; to: string }[] {
  const leases = everyLease(look)
  const ours = leases.filter((lease) => holds(look, lease))
  const loads = loadsOf(alivePeers(look), leases)
  return ours.map((lease) => ({ lease, to: takeLeast(loads) ?? '' }))
}

const holds = ({ me, held }: Pick<Look, 'me' | 'held'>, lease: Lease): boolean =>
  lease.owner === me && held.get(lease.shard) === lease.epoch

const alivePeers = ({ fleet, me }: Pick<Look, 'fleet' | 'me'>): string[] =>
  fleet.connectors.filter(({ id, alive, draining }) => id !== me && alive && !draining).map(({ id }) => id)

/** Its owner may be draining and still hold it; only a lapsed heartbeat or an empty name sets it free. */
const isOrphan = ({ fleet }: Pick<Look, 'fleet'>, lease: Lease): boolean =>
  !fleet.connectors.some(({ id, alive }) => id === lease.owner && alive)

function everyLease({ shards, fleet }: Pick<Look, 'shards' | 'fleet'>): Lease[] {
  const known = new Map(fleet.leases.map((lease) => [lease.shard, lease]))
  return Array.from({ length: shards }, (_, shard) => known.get(shard) ?? untouched(shard))
}

function excess(ours: Lease[], share: number, peers: string[], leases: Lease[]): Plan['give'] {
  const loads = loadsOf(peers, leases)
  const given: Plan['give'] = []
  for (const lease of ours.slice(share)) {
    const to = takeLeast(loads, share)
    if (to === undefined) break
    given.push({ lease, to })
  }
  return given
}

const loadsOf = (peers: string[], leases: Lease[]): Map<string, number> =>
  new Map(peers.toSorted().map((peer) => [peer, leases.filter(({ owner }) => owner === peer).length]))

/** The peer with the fewest shards, and counts one more for it. Undefined when all have their share. */
function takeLeast(loads: Map<string, number>, share = Number.POSITIVE_INFINITY): string | undefined {
  const [least] = [...loads].sort(([, a], [, b]) => a - b)
  if (!least || least[1] >= share) return
  loads.set(least[0], least[1] + 1)
  return least[0]
}

/** Connectors begin at different places, so that they seldom reach for the same shard. */
const startingAt = (place: number, leases: Lease[]): Lease[] => [
  ...leases.filter(({ shard }) => shard >= place),
  ...leases.filter(({ shard }) => shard < place),
]

const placeOf = (id: string, shards: number): number =>
  [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7) % shards
