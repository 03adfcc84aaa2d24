/** Where things are: the project, SST's platform in it, and what an evaluation writes. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../../..')
export const WORK = join(ROOT, '.sst')
export const PLATFORM = join(WORK, 'platform')
export const CONFIG = join(ROOT, 'sst.config.ts')

/** Requires what SST brings along (Pulumi and its AWS provider), which is not ours. */
export const platformRequire = createRequire(join(PLATFORM, 'package.json'))

/** Not `.sst/artifacts`, which belongs to real deployments. */
export const artifactsOf = (name: string): string => join(WORK, 'evaluation', name)
