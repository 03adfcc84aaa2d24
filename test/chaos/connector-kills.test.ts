/**
 * KILLS and SEED lengthen or repeat a run: `KILLS=100 SEED=7 npx vitest run test/chaos/connector-kills.test.ts`.
 */
import { expect, test } from 'vitest'
import { CLEAN } from './audit.ts'
import { connectorKills } from './connector-kills.ts'

const KILLS = Number(process.env.KILLS ?? 20)
const SEED = Number(process.env.SEED ?? 20_260_701)

test(`a connector that is killed ${KILLS} times under traffic loses nothing, repeats nothing, breaks nothing`, {
  timeout: 120_000 + KILLS * 8_000,
}, async () => {
  const { findings, outgoing, incoming, refusals } = await connectorKills({ kills: KILLS, seed: SEED })
  expect(findings).toEqual(CLEAN)
  expect(outgoing).toBeGreaterThan(KILLS * 5)
  expect(incoming).toBeGreaterThan(KILLS * 5)
  // Without an answer in time one asks again, under the same key; how often that happens is up to the machine.
  const { 'no answer': _, ...others } = refusals
  expect(others).toEqual({})
})
