/** A piece of the API: what it is made of is told to it, and it answers what its routes describe. */
import type { Hono } from 'hono'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'

/** @param everything the pieces of all parts, for what speaks of them */
export type Routes = (deps: Deps, everything: () => Promise<Routes[]>) => Hono<ApiEnv>
