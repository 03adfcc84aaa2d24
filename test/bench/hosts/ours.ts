/** A process that holds devices of ours, without the rest of the connector. */
import { ourLine } from '../lines/ours.ts'
import { serve } from '../parts/remote.ts'
import { linesHost } from './lines.ts'

await serve(linesHost(ourLine))
