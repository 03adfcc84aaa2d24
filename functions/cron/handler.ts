/** The timed jobs on Lambda. */
import { depsFromEnv } from '../api/deps.ts'
import { type Swept, sweep } from './sweep.ts'

const deps = depsFromEnv(process.env)

export const handler = (): Promise<Swept> => sweep(deps)
