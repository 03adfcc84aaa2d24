/**
 * What the last `sst deploy` on this machine left in .sst/outputs.json, for the commands that work on a deployment.
 * Whoever works from elsewhere names the same by variables.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Outputs = z.object({
  region: z.string(),
  shards: z.int(),
  tables: z.object({ main: z.string() }),
})
export type Outputs = z.infer<typeof Outputs>

/** Undefined when nothing was deployed from here. */
export function deployed(file = join(import.meta.dirname, '../.sst/outputs.json')): Outputs | undefined {
  try {
    return Outputs.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return
  }
}

/** Ends the process with a sentence. */
export function end(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
