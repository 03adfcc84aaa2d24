/**
 * `npm run build`: writes the files of the dashboard to `dist/dashboard`, for a deployment or for any server of static
 * files. `npm start` needs none of it.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildDashboard } from '../dashboard/build.ts'

const FOLDER = join(import.meta.dirname, '../dist/dashboard')

await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
for (const { name, content } of await buildDashboard()) await writeFile(join(FOLDER, name), content)
