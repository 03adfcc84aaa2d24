/** What the person who starts the system has set, for parts that read their environment themselves. */
import { Refusal } from './refusal.ts'

/** Variables that are set to nothing count as not set. */
export const given = (env: NodeJS.ProcessEnv = process.env): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])))

/** @throws Refusal with what reading found wrong */
export function orRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error))
  }
}
