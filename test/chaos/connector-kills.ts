/**
 * The connector of a running stack is killed at random moments while everybody writes; afterwards the books are
 * compared. For the test, and for the bench, which kills more often.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { type Findings, settledAudit } from './audit.ts'
import { chance } from './chance.ts'
import { everyoneLoggedIn, openTown } from './town.ts'
import { startTraffic } from './traffic.ts'

export type KillsResult = {
  kills: number
  /** Accepted by the API, and written by people. */
  outgoing: number
  incoming: number
  refusals: Record<string, number>
  findings: Findings
}

const PART = 'connector-1'
/** Some kills meet a connector that is still starting. */
const EARLY = 0.3

/** 5 lines and 20 people, and a group of 2 and 4 of them. @param progress hears what is being done */
export async function connectorKills(options: {
  kills: number
  seed: number
  progress?(text: string): void
}): Promise<KillsResult> {
  const { kills, progress = () => undefined } = options
  const luck = chance(options.seed)
  await using its = await stack({ env: { CONNECTOR_RESTART_MS: '50' } })
  const town = await openTown(its, { lines: 5, people: 20, groups: [{ lines: 2, people: 4 }] })
  const traffic = startTraffic(its, town, luck.branch(), { line: [50, 350], person: [300, 1500] })
  const moments = luck.branch()

  for (let n = 1; n <= kills; n++) {
    if (moments.happens(EARLY)) await pause(moments.between(0, 1200))
    else {
      await everyoneLoggedIn(its, town)
      await pause(moments.between(0, 1500))
    }
    const before = its.pids[PART]
    await its.kill(PART)
    await until('a new connector', () => its.pids[PART] !== before, { everyMs: 10 })
    if (n % 10 === 0) progress(`${n} of ${kills} kills`)
  }
  await everyoneLoggedIn(its, town)
  const { entries, refusals } = await traffic.stop()
  progress('comparing the books')
  return {
    kills,
    outgoing: entries.filter(({ writer }) => writer).length,
    incoming: entries.filter(({ writer }) => !writer).length,
    refusals: Object.fromEntries(refusals),
    findings: await settledAudit(its, town, { entries, refusals }),
  }
}
