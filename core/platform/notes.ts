/**
 * A log for functions: one line of JSON per entry, in the shape of log.ts, without pino, which takes longer to load
 * than most requests to answer. What could hold a secret is left out by name, as the last line of defence.
 */
import { SECRET } from './secret.ts'

export type Note = (fields: Record<string, unknown>, sentence: string) => void
/** As much of a logger as the domain needs; pino's has it too. */
export type Notes = { info: Note; warn: Note; error: Note }

/** The levels of pino. */
const LEVELS = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
}
export type Level = keyof typeof LEVELS

/** Writes what has at least this level. `fields` stand in every line. */
export function notes(
  level: Level,
  fields: Record<string, unknown> = {},
  write = (line: string): unknown => process.stdout.write(line),
): Notes {
  const at =
    (name: Level): Note =>
    (more, msg) => {
      if (LEVELS[name] < LEVELS[level]) return
      const entry = { level: LEVELS[name], time: new Date().toISOString(), ...fields, ...more, msg }
      write(`${JSON.stringify(entry, shown)}\n`)
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

function shown(this: unknown, key: string, value: unknown): unknown {
  if (SECRET.includes(key)) return '[redacted]'
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  const { code } = value as { code?: unknown }
  return { type: name, message, stack, code, cause }
}
