/** `npm run cost` writes docs/cost.md; `npm run cost -- measure` counts the calls anew before, which takes minutes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCounts } from './counts.ts'
import { costDocument } from './document.ts'

if (process.argv.includes('measure')) await (await import('./measure.ts')).measure()
writeFileSync(join(import.meta.dirname, '../../docs/cost.md'), costDocument(readCounts()))
