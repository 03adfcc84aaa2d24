/**
 * `npm run cost` writes docs/cost.md and docs/scale.md; `npm run cost -- measure` counts the calls anew before, which
 * takes minutes.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCounts } from './counts.ts'
import { costDocument } from './document.ts'
import { scaleDocument } from './scale.ts'

if (process.argv.includes('measure')) await (await import('./measure.ts')).measure()
const counts = readCounts()
for (const [name, text] of Object.entries({ cost: costDocument(counts), scale: scaleDocument(counts) }))
  writeFileSync(join(import.meta.dirname, '../../docs', `${name}.md`), text)
