/** Where a shard that we claim comes from: who had it before, why it has it no more, and since when. */
import type { HandoverReason } from '#core/contract/fleet.ts'
import type { Fleet, Lease } from '#core/lease.ts'

/** `since`: when its sessions were last looked after, in ms since 1970. */
export type Origin = { reason: HandoverReason; from: string; since: number }

export type Claimant = {
  id: string
  startedAt: number
  /** When this process let go of the shard, if it had it before. */
  letGoAt: number | undefined
}

/** Undefined when nobody had it before. @param observed the lease as it was when it was claimed */
export function originOf(
  { owner, handed }: Lease,
  { connectors }: Pick<Fleet, 'connectors'>,
  me: Claimant,
): Origin | undefined {
  const isGiven = owner === me.id || !owner
  if (handed && isGiven) return { reason: handed.why, from: handed.from, since: Date.parse(handed.at) }
  if (!owner) return
  if (owner === me.id && me.letGoAt !== undefined)
    return { reason: 'recovery', from: owner, since: me.letGoAt }
  if (owner === me.id) return { reason: 'restart', from: owner, since: me.startedAt }
  const lost = connectors.find(({ id }) => id === owner)
  const lastBeat = lost ? Date.parse(lost.beatAt) : me.startedAt
  return { reason: 'failover', from: owner, since: handed ? Date.parse(handed.at) : lastBeat }
}

/** Remembers, for one connector, what the leases do not say. */
export class Origins {
  readonly #me: Omit<Claimant, 'letGoAt'>
  readonly #letGo = new Map<number, number>()
  readonly #tried = new Map<number, { epoch: number; origin: Origin | undefined }>()

  constructor(me: Omit<Claimant, 'letGoAt'>) {
    this.#me = me
  }

  /** The shard could not be renewed. */
  letGo(shard: number, at: number): void {
    this.#letGo.set(shard, at)
  }

  /** Before a shard is claimed. When an earlier claim has succeeded unnoticed, it still comes from where it came from. */
  of(observed: Lease, fleet: Pick<Fleet, 'connectors'>): Origin | undefined {
    const { shard, owner, epoch } = observed
    const tried = this.#tried.get(shard)
    const isOurClaim = owner === this.#me.id && tried?.epoch === epoch
    const origin = isOurClaim
      ? tried.origin
      : originOf(observed, fleet, { ...this.#me, letGoAt: this.#letGo.get(shard) })
    this.#tried.set(shard, { epoch: epoch + 1, origin })
    return origin
  }

  held(shard: number): void {
    this.#letGo.delete(shard)
    this.#tried.delete(shard)
  }
}
