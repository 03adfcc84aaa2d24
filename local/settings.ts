/**
 * What can be chosen when the whole system runs on one machine: environment variables, each with a default that works.
 * A wrong value ends the start with a sentence that names it; values are not repeated, because some are secrets.
 */
import { resolve } from 'node:path'
import * as z from 'zod'
import { REACHES } from '#core/platform/addresses.ts'
import { ProxyConfig } from '#core/platform/config.ts'
import { Refusal } from './refusal.ts'

const whole = (fallback: number, least: number, most: number, text: string) =>
  z.coerce.number(text).int(text).min(least, text).max(most, text).default(fallback)
const port = (fallback: number) => whole(fallback, 0, 65_535, 'a port number, from 0 (any free one) to 65535')
const count = (fallback: number, least: number, most: number) =>
  whole(fallback, least, most, `a whole number from ${least} to ${most}`)
const url = (protocol: RegExp, text: string) => z.url({ protocol, error: text }).optional()
const key = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, '64 hex digits')
  .optional()
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const Environment = z.object({
  PORT: port(3000),
  SANDBOX_PORT: port(3001),
  DATA_DIR: z.string().default('.data'),
  LINEKEEPER_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
    .optional(),
  PUBLIC_ORIGIN: url(/^https?$/, 'an http or https origin, such as https://lines.example.org'),
  CONNECTORS: count(1, 0, 64),
  CONNECTOR_RESTART_MS: count(1_000, 0, 600_000),
  WHATSAPP: z.enum(['sandbox', 'live'], 'sandbox or live').default('sandbox'),
  WHATSAPP_URL: url(/^wss?$/, 'a ws or wss address, such as ws://127.0.0.1:3001/ws/chat'),
  WHATSAPP_ROOT_KEY: key,
  DYNAMODB_ENDPOINT: url(/^https?$/, 'an http or https address'),
  SQS_ENDPOINT: url(/^https?$/, 'an http or https address'),
  S3_ENDPOINT: url(/^https?$/, 'an http or https address'),
  MEDIA_BUCKET: z
    .string()
    .regex(/^[a-z0-9.-]{3,63}$/, 'the name of a bucket')
    .default('linekeeper-media'),
  MEDIA_REACH: z.enum(REACHES, `one of ${REACHES.join(', ')}`).default('loopback'),
  MASTER_KEY: key,
  PROXY_URL: ProxyConfig.shape.PROXY_URL,
  PROXY_REACH: z.enum(REACHES, `one of ${REACHES.join(', ')}`).default('loopback'),
  WEBHOOK_REACH: z.enum(REACHES, `one of ${REACHES.join(', ')}`).default('loopback'),
  TERMINAL_QR: z.enum(['auto', 'always', 'never'], 'auto, always or never').default('auto'),
  LOG_LEVEL: z.enum(LEVELS, `one of ${LEVELS.join(', ')}`).default('warn'),
})

export type WhatsApp =
  /** A simulator of our own, started with the rest. */
  | { kind: 'sandbox' }
  /** Somebody else's simulator. `rootKey` is the public key that it proves itself with. */
  | { kind: 'simulator'; url: string; rootKey: string }
  | { kind: 'live' }

export type Settings = Omit<
  z.output<typeof Environment>,
  'WHATSAPP' | 'WHATSAPP_URL' | 'WHATSAPP_ROOT_KEY'
> & {
  whatsapp: WhatsApp
}

/** DATA_DIR comes back absolute. @throws Refusal with a sentence per wrong value */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = Environment.safeParse(given)
  if (!read.success) throw new Refusal(read.error.issues.map(sentence).join('\n'))
  const { WHATSAPP, WHATSAPP_URL, WHATSAPP_ROOT_KEY, ...settings } = read.data
  const whatsapp = chooseWhatsApp(WHATSAPP, WHATSAPP_URL, WHATSAPP_ROOT_KEY)
  const { PORT, SANDBOX_PORT } = settings
  if (whatsapp.kind === 'sandbox' && PORT !== 0 && PORT === SANDBOX_PORT)
    throw new Refusal(`PORT and SANDBOX_PORT are both ${PORT}: give each its own, or 0 for any free one.`)
  return { ...settings, DATA_DIR: resolve(settings.DATA_DIR), whatsapp }
}

/** Sentences about variables that look like ours and are not: usually a name mistyped. */
export function hints(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('LINEKEEPER_') && !(name in Environment.shape))
    .map((name) => `${name} is not a setting and changes nothing. Did you mean LINEKEEPER_API_KEY?`)
}

const sentence = (issue: z.core.$ZodIssue): string => `${issue.path.join('.')} must be ${issue.message}.`

function chooseWhatsApp(
  mode: 'sandbox' | 'live',
  url: string | undefined,
  rootKey: string | undefined,
): WhatsApp {
  if (mode === 'live') {
    if (url || rootKey)
      throw new Refusal(
        'WHATSAPP=live talks to the real servers and trusts their key only: unset WHATSAPP_URL and WHATSAPP_ROOT_KEY.',
      )
    return { kind: 'live' }
  }
  if (url && rootKey) return { kind: 'simulator', url, rootKey }
  if (url || rootKey)
    throw new Refusal(
      'WHATSAPP_URL and WHATSAPP_ROOT_KEY belong together: set both, or none for the built-in sandbox.',
    )
  return { kind: 'sandbox' }
}
