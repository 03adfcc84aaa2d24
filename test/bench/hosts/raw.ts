/** A process that holds lines of raw Baileys. Nothing of ours is loaded in it. */
import { rawLine } from '../lines/raw.ts'
import { serve } from '../parts/remote.ts'
import { linesHost } from './lines.ts'

await serve(linesHost(rawLine))
