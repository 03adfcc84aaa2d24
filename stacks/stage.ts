/**
 * What differs between stages, and what the person who deploys may choose. Three kinds: `production` (kept and
 * protected), `staging` (like it, smaller, removable) and everybody's own (as cheap as it goes). There may be several
 * of a kind: `production-eu` is one of production. The choices come from the environment of `sst deploy`; SST reads them
 * from `.env` and `.env.<stage>` too.
 */
import * as z from 'zod'
import { TABLES, type TableName } from '../core/tables.ts'
import { readSettings, type Settings } from './settings.ts'

/**
 * `shards`: sessions are spread over them, and a connector owns whole ones; there may be more later, never fewer.
 * `sessions`: how many one connector is meant to hold. `rate`: what the API takes per second.
 */
const SIZES = {
  /** One small connector on spare capacity; a deploy or a reclaim costs seconds of connection. */
  personal: {
    shards: 4,
    connectors: { min: 1, spot: true, cpu: '0.25 vCPU', memory: '1 GB', sessions: 250 },
    rate: 50,
    logs: '1 week',
  },
  staging: {
    shards: 16,
    connectors: { min: 2, spot: true, cpu: '0.5 vCPU', memory: '1 GB', sessions: 500 },
    rate: 200,
    logs: '1 month',
  },
  /** Two connectors at least, so that the death of one is a failover and not a start. */
  production: {
    shards: 16,
    connectors: { min: 2, spot: false, cpu: '1 vCPU', memory: '2 GB', sessions: 1_000 },
    rate: 2_000,
    logs: '3 months',
  },
} as const

/** A model that is slow or dear is not called by more than so many at a time. */
export const READERS = 10

const Choices = z.object({
  /** The host name of the API; its zone must be in Route 53 of this account. */
  DOMAIN: z.hostname('must be a host name, such as api.example.org').optional(),
  /** The host name of the dashboard; its zone too must be in Route 53. */
  DASHBOARD_DOMAIN: z.hostname('must be a host name, such as lines.example.org').optional(),
  /** Who is told when an alarm goes off. */
  ALARM_EMAIL: z.email('must be an e-mail address').optional(),
  /** More shards than the kind of stage has, for more than 16 connectors. Once raised, never lower it. */
  SHARDS: z.coerce.number('must be a whole number').int().min(1).max(512).optional(),
  /** A simulator instead of WhatsApp. Both or none, and never in production. */
  WHATSAPP_URL: z.url({ protocol: /^wss?$/, error: 'must be a ws or wss address' }).optional(),
  WHATSAPP_ROOT_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits')
    .optional(),
  /** Tables restored from a backup that take the place of the stack's own, as `main=name,events=name`. */
  RESTORED_TABLES: z.string().transform(readTables).optional(),
})

/** The name of every choice. */
export const CHOICES = Object.keys(Choices.shape)

export type Stage = Omit<(typeof SIZES)[keyof typeof SIZES], 'shards'> & {
  shards: number
  production: boolean
  domain: string | undefined
  dashboardDomain: string | undefined
  alarmEmail: string | undefined
  simulator: { url: string; rootKey: string } | undefined
  restored: Partial<Record<TableName, string>>
  settings: Settings
}

/** @throws Error with a sentence per wrong choice: the deployment ends before anything is touched. */
export function stageOf(name: string, env: NodeJS.ProcessEnv): Stage {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = Choices.safeParse(given)
  if (!read.success)
    throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'))
  const {
    DOMAIN,
    DASHBOARD_DOMAIN,
    ALARM_EMAIL,
    WHATSAPP_URL: url,
    WHATSAPP_ROOT_KEY: rootKey,
    RESTORED_TABLES,
    SHARDS,
  } = read.data
  const kind = kindOf(name)
  if (!url !== !rootKey)
    throw new Error(
      'WHATSAPP_URL and WHATSAPP_ROOT_KEY belong together: set both, or none for WhatsApp itself.',
    )
  if (url && kind === 'production')
    throw new Error('Production talks to WhatsApp itself: unset WHATSAPP_URL and WHATSAPP_ROOT_KEY.')
  const size = SIZES[kind]
  if (SHARDS !== undefined && SHARDS < size.shards)
    throw new Error(`SHARDS must be at least ${size.shards}: sessions lie on all of them.`)
  return {
    ...size,
    shards: SHARDS ?? size.shards,
    production: kind === 'production',
    domain: DOMAIN,
    dashboardDomain: DASHBOARD_DOMAIN,
    alarmEmail: ALARM_EMAIL,
    simulator: url && rootKey ? { url, rootKey } : undefined,
    restored: RESTORED_TABLES ?? {},
    settings: readSettings(given),
  }
}

/** `production` and `production-eu` are of one kind. */
const kindOf = (name: string): keyof typeof SIZES => {
  const [kind] = name.split('-')
  return kind === 'production' || kind === 'staging' ? kind : 'personal'
}

function readTables(text: string, context: z.RefinementCtx<string>): Partial<Record<TableName, string>> {
  const pairs = text.split(',').map((pair) => pair.trim().split('='))
  if (pairs.every(([table, name]) => table && name && table in TABLES)) return Object.fromEntries(pairs)
  context.addIssue(
    `must be pairs such as main=a-table,events=another; tables are ${Object.keys(TABLES).join(', ')}`,
  )
  return {}
}
