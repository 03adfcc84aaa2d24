/**
 * A logger for bundles that have to load fast: pino takes longer to load than such a hook to answer. One line of JSON
 * per entry, errors with name, message and stack, nothing of a request's content.
 */
import type { Warns } from '#core/conversation/desk.ts'

type Write = (line: string) => void

export const leanLog = (write: Write = (line) => void process.stdout.write(line)): Warns => ({
  warn: ({ err, ...fields }, msg) =>
    write(
      `${JSON.stringify({ level: 40, time: new Date().toISOString(), ...fields, ...(err === undefined ? {} : { err: shown(err) }), msg })}\n`,
    ),
})

const shown = (error: unknown): unknown =>
  error instanceof Error
    ? {
        type: error.name,
        message: error.message,
        stack: error.stack,
        ...(error.cause === undefined ? {} : { cause: shown(error.cause) }),
      }
    : String(error)
