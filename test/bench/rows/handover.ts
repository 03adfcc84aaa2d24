/**
 * How long lines are away when their connector dies, leaves, or shares with another one: two connectors on the
 * embedded database, real sockets against the sandbox, what counts is the sandbox's own count of logins.
 */

import { type Member, member } from '../../chaos/fleet/member.ts'
import { handoversOf, whoOwnsWhat } from '../../chaos/fleet/owners.ts'
import { everyoneLoggedIn, openTown, type Town } from '../../chaos/town.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { median } from '../parts/statistics.ts'
import { atMost, type Row } from '../row.ts'

const TURNS = 3
const WITHIN_MS = 60_000

export const handover: Row = {
  name: 'handover',
  title: 'Lines move from one connector to another',
  async run({ progress, lines }) {
    await using its = await stack({ env: { CONNECTORS: '0' } })
    await using crew = crewOf(its)
    await crew.join()
    progress(`linking ${lines} sessions`)
    const town = await openTown(its, { lines, people: 1 })
    const seconds = { shared: [] as number[], stopped: [] as number[], died: [] as number[] }
    for (let turn = 1; turn <= TURNS; turn++) {
      progress(`turn ${turn} of ${TURNS}`)
      seconds.shared.push(await timed(crew.join, () => shared(its, town, 2)))
      seconds.stopped.push(await timed(crew.leave, () => shared(its, town, 1)))
      await crew.join()
      await shared(its, town, 2)
      seconds.died.push(await timed(crew.die, () => shared(its, town, 1)))
    }
    const moved = await handoversOf(its)
    const away = (reason: string) =>
      moved
        .filter((one) => one.reason === reason && one.sessions > 0)
        .map(({ durationMs }) => durationMs / 1000)
    const figure = (what: string, values: number[], goal?: number) => ({
      what,
      unit: 's',
      ours: median(values),
      ...(goal === undefined ? {} : { goals: [atMost('ours', goal)] }),
    })
    return {
      figures: [
        figure('SIGKILL, until all are connected again', seconds.died, 8),
        figure('SIGTERM, until all are connected again', seconds.stopped, 1.5),
        figure(`${lines} sessions rebalanced, from the start of the second connector`, seconds.shared, 30),
        figure('one shard away, planned stop', away('drain')),
        figure('one shard away, rebalancing', away('rebalance')),
        figure('one shard away, after SIGKILL', away('failover')),
      ],
      notes: [
        `${lines} linked sessions on two connectors, half of them on each; medians of ${TURNS} turns. Rebalancing counts from the start of the second connector's process until both hold half of the shards and every session is logged in at the sandbox.`,
        'A shard is away from the moment its sockets begin to close (after SIGKILL: from the last heartbeat) until its last session is connected at the next owner, as the log of handovers has it.',
      ],
    }
  },
}

/** Connectors that come and go; the newest goes. */
function crewOf(its: Stack) {
  const members: Member[] = []
  let joined = 0
  const last = () => members.pop()!
  return {
    join: async () => void members.push(await member(its, `bench-${++joined}`)),
    leave: async () => {
      const one = last()
      await one.leave()
      await one[Symbol.asyncDispose]()
    },
    die: async () => {
      const one = last()
      await one.kill()
      await one[Symbol.asyncDispose]()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

async function timed(begin: () => Promise<void>, isThrough: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await begin()
  await isThrough()
  return (performance.now() - began) / 1000
}

async function shared(its: Stack, town: Town, among: number): Promise<void> {
  const options = { withinMs: WITHIN_MS, everyMs: 20 }
  await until(
    `${among} connectors share`,
    async () => {
      const { shards, isWhole, loads } = await whoOwnsWhat(its)
      return isWhole && loads.length === among && loads.every((load) => load <= Math.ceil(shards / among))
    },
    options,
  )
  await everyoneLoggedIn(its, town, WITHIN_MS)
}
