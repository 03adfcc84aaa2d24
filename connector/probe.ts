/**
 * `node connector/probe.ts`: whether this connector should be replaced, as an exit code for a container's health check.
 * A connector that says that its database or its queue does not answer is left alone, because a new one would not be
 * better off; after a quarter of an hour it is given up all the same, in case the fault is its own.
 */
import { get } from 'node:http'
import * as z from 'zod'

/** Milliseconds. */
const ANSWER_WITHIN = 5_000
const PATIENCE = 15 * 60_000

const Answer = z.object({ failing: z.record(z.string(), z.iso.datetime()).default({}) })
const port = z.coerce.number().int().parse(process.env.HEALTH_PORT)

get({ host: '127.0.0.1', port, path: '/health', timeout: ANSWER_WITHIN }, async (response) => {
  const chunks = await response.setEncoding('utf8').toArray()
  const { failing } = Answer.parse(JSON.parse(chunks.join('')))
  const isGivenUp = Object.values(failing).some((since) => Date.now() - Date.parse(since) > PATIENCE)
  process.exit(isGivenUp ? 1 : 0)
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
