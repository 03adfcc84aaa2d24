/**
 * One structured logger, pino, in the shape that Baileys expects as well. Fields that could hold a secret are
 * redacted by name, as the last line of defence and not the first.
 */
import pino from 'pino'
import { SECRET } from './secret.ts'

export type Log = pino.Logger

/** `level` is one of pino's; `silent` writes nothing. */
export const logger = (level: string, fields: Record<string, unknown> = {}): Log =>
  pino({
    level,
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  })
