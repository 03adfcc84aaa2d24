/**
 * The deployments that are evaluated: one of each kind of stage, and one with everything that can be chosen. They are
 * evaluated once per run, as processes of their own, and read by the tests from their files.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Evaluation } from './evaluate/evaluation.ts'
import { ROOT, WORK } from './evaluate/layout.ts'

type Variant = { stage: string; choices?: Record<string, string>; secrets?: Record<string, string> }

export const VARIANTS = {
  personal: { stage: 'somebody' },
  staging: { stage: 'staging' },
  production: { stage: 'production' },
  /** Another one of its kind, in the same account, for another region. */
  'a second production': { stage: 'production-eu' },
  'with everything chosen': {
    stage: 'production',
    choices: {
      DOMAIN: 'api.example.org',
      DASHBOARD_DOMAIN: 'lines.example.org',
      ALARM_EMAIL: 'ops@example.org',
      SHARDS: '128',
      RESTORED_TABLES: 'messages=linekeeper-messages-restored',
      EVENT_RETENTION_DAYS: '14',
      MESSAGE_RETENTION_DAYS: '30',
      LOG_LEVEL: 'debug',
      MEDIA_REACH: 'public',
      CONVERSATION_TTL_HOURS: '12.5',
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
      TWILIO_API_URL: 'https://api.dublin.ie1.twilio.com',
      TWILIO_CHANNEL_ACCOUNT: 'acme',
      TWILIO_ANSWER_WITHIN_MS: '500',
      OPENAI_BASE_URL: 'https://models.example.org/v1',
      OPENAI_MODEL: 'small',
      OPENAI_TIME_LIMIT_MS: '9000',
      OPENAI_RETRIES: '1',
      OPENAI_TOKENS_PER_DAY: '5000',
      PROXY_REACH: 'any',
      WEBHOOK_REACH: 'any',
      WEBHOOK_TIME_LIMIT_MS: '5000',
    },
    secrets: {
      TwilioAuthToken: 'twilio-token-of-the-evaluation',
      OpenAiApiKey: 'model-key-of-the-evaluation',
    },
  },
  /** The one that runs in the tests: everybody outside is a simulator, at an address that exists nowhere. */
  'against simulators': {
    stage: 'trial',
    choices: {
      WHATSAPP_URL: 'wss://whatsapp.invalid/ws/chat',
      WHATSAPP_ROOT_KEY: 'cd'.repeat(32),
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000001',
      TWILIO_API_URL: 'https://twilio.invalid',
      TWILIO_CHANNEL_ACCOUNT: 'acme',
      OPENAI_BASE_URL: 'https://model.invalid/v1',
      PROXY_REACH: 'any',
      WEBHOOK_REACH: 'loopback',
    },
    secrets: { TwilioAuthToken: 'auth-token-of-tests', OpenAiApiKey: 'model-key-of-the-trial' },
  },
} as const satisfies Record<string, Variant>
export type VariantName = keyof typeof VARIANTS

/** Every deployment needs it. */
export const MASTER_KEY = 'ab12'.repeat(16)
/** What stands for secrets. Nothing that is deployed may repeat it in plain text. */
export const SECRETS = [
  MASTER_KEY,
  ...Object.values<Variant>(VARIANTS).flatMap(({ secrets }) => Object.values(secrets ?? {})),
]

const folder = join(WORK, 'evaluation')
const fileOf = (name: string): string => join(folder, `${name.replaceAll(' ', '-')}.json`)
const run = promisify(execFile)

/** Two at a time; each takes a few seconds. @throws Error with the failures of the first that could not be evaluated */
export async function evaluateAll(names = Object.keys(VARIANTS) as VariantName[]): Promise<void> {
  // SST looks at the files of the site, which the deployment's own command makes.
  await run(process.execPath, ['scripts/dashboard.ts'], { cwd: ROOT })
  const waiting = [...names]
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await evaluateOne(name, VARIANTS[name])
  }
  await Promise.all([worker(), worker()])
}

export async function evaluateOne(name: string, { stage, choices, secrets }: Variant): Promise<Evaluation> {
  mkdirSync(folder, { recursive: true })
  const main = join(import.meta.dirname, 'evaluate/main.ts')
  const given = Object.entries({ MasterKey: MASTER_KEY, ...secrets })
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...Object.fromEntries(given.map(([secret, value]) => [`SST_SECRET_${secret}`, value])),
    ...choices,
  }
  const args = [main, '--stage', stage, '--out', fileOf(name), '--name', name.replaceAll(' ', '-')]
  await run(process.execPath, args, { cwd: ROOT, env, timeout: 180_000 }).catch(() => undefined)
  return evaluated(name)
}

/** @throws Error when it was not evaluated, or could not be */
export function evaluated(name: string): Evaluation {
  const evaluation = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Evaluation
  if (evaluation.failures.length > 0) throw new Error(`${name}:\n${evaluation.failures.join('\n')}`)
  return evaluation
}
