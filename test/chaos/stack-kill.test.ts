/**
 * Everything on the machine is killed at the same moment, or one part of it, while everybody writes; started again on
 * the same data nothing that was accepted is lost. ROUNDS and SEED lengthen or repeat a run.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type PartName, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { CLEAN, settledAudit } from './audit.ts'
import { chance } from './chance.ts'
import { everyoneLoggedIn, openTown } from './town.ts'
import { startTraffic } from './traffic.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 1)
const SEED = Number(process.env.SEED ?? 20_260_702)
/** What is killed in a round, one after the other. `main` is the API with the queues, which are in memory. */
const VICTIMS: PartName[] = ['all', 'database', 'main', 'sandbox', 'all', 'database', 'sandbox', 'all']

test(`killed as a whole and in parts (${ROUNDS} × ${VICTIMS.length}), it loses nothing, and lines come back by themselves`, {
  timeout: 120_000 + ROUNDS * 180_000,
}, async () => {
  const luck = chance(SEED)
  await using its = await stack({ env: { CONNECTOR_RESTART_MS: '200' } })
  const town = await openTown(its, { lines: 5, people: 10, groups: [{ lines: 2, people: 3 }] })
  const traffic = startTraffic(its, town, luck.branch(), { line: [50, 350], person: [200, 900] })
  const moments = luck.branch()

  for (const victim of Array.from({ length: ROUNDS }, () => VICTIMS).flat()) {
    await pause(moments.between(300, 2_000))
    const before = its.pids[victim]
    await its.kill(victim)
    if (victim === 'all' || victim === 'main') await its.restart()
    else await until(`a new ${victim}`, () => its.pids[victim] !== before, { everyMs: 10 })
    await everyoneLoggedIn(its, town)
  }

  await pause(moments.between(300, 2_000))
  const books = await traffic.stop()
  expect(await settledAudit(its, town, books)).toEqual(CLEAN)
  expect(books.entries.filter(({ id }) => id).length).toBeGreaterThan(ROUNDS * 200)
  // While nobody listens there is no answer, and without the database no acceptance; nothing else is ever refused.
  const refusals = [...books.refusals.keys()]
  expect(refusals.filter((why) => why !== 'no answer' && why !== '503 DEPENDENCY_UNAVAILABLE')).toEqual([])
})
