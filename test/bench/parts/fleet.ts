/**
 * Many linked sessions on a stack of their own, with a connector that the bench starts and ends as it likes, and as
 * many linked lines of raw Baileys on the same sandbox, kept in files. Linking takes minutes, so rows share one fleet.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readRecord } from '../../../local/record.ts'
import { linkLine } from '../../support/line.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import type { LinesHost } from '../hosts/lines.ts'
import type { Server } from '../lines/line.ts'
import { type Child, startChild, startHost } from './child.ts'
import { inTurn } from './in-turn.ts'
import { numbersFrom } from './pair.ts'
import type { Remote } from './remote.ts'

export type Fleet = {
  sessions: number
  /** A connector that finds all sessions wanted and linked. */
  startConnector(flags: readonly string[]): Promise<Child>
  /** Resolves when the API says that all sessions are connected. */
  allConnected(): Promise<void>
  /** A process with as many lines of raw Baileys, connected. */
  startRaw(flags: readonly string[]): Promise<Child & { call: Remote<LinesHost> }>
} & AsyncDisposable

const OURS = 491720000000
const RAW = 491730000000
const LINK_AT_ONCE = 4
const LINKED_WITHIN_MS = 120_000
/** So many logins in parallel keep the processor busy, and none waits until it times out. */
const CONNECT_AT_ONCE = 16
const CONNECTED_WITHIN_MS = 300_000
const MASTER_KEY = '5b'.repeat(32)

export async function openFleet(sessions: number, progress: (text: string) => void): Promise<Fleet> {
  await using opened = new AsyncDisposableStack()
  const its = opened.use(await stack({ env: { CONNECTORS: '0', MASTER_KEY } }))
  const environment = readRecord(its.dataDir)?.environment ?? {}
  const server: Server = {
    url: environment.WHATSAPP_URL ?? '',
    rootKey: environment.WHATSAPP_ROOT_KEY ?? '',
    control: its.sandboxOrigin,
  }
  const saved = join(its.dataDir, 'raw')
  mkdirSync(saved)

  const startConnector = (flags: readonly string[]) =>
    startChild('connector/main.ts', { flags, env: { ...environment, MASTER_KEY, CONNECTOR_ID: 'bench-1' } })

  progress(`linking ${sessions} sessions`)
  await using connector = await startConnector([])
  await inTurn(numbersFrom(OURS, sessions), LINK_AT_ONCE, (number) =>
    linkLine(its, `+${number}`, { conversations: false }, LINKED_WITHIN_MS),
  )
  await connector.end('SIGTERM')

  progress(`linking ${sessions} lines of raw Baileys`)
  await using raw = await startHost<LinesHost>('test/bench/hosts/raw.ts')
  await raw.call.open({ server, numbers: numbersFrom(RAW, sessions), atOnce: LINK_AT_ONCE })
  await raw.call.save({ folder: saved })
  await raw.call.close()

  const owned = opened.move()
  return {
    sessions,
    startConnector,
    allConnected: () => allConnected(its, sessions),
    async startRaw(flags) {
      const host = await startHost<LinesHost>('test/bench/hosts/raw.ts', { flags })
      await host.call.open({ server, numbers: numbersFrom(RAW, sessions), atOnce: CONNECT_AT_ONCE, saved })
      return host
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The sandbox is asked first, because that costs it little; then the API, which is the one that has to say so. */
async function allConnected(its: Stack, sessions: number): Promise<void> {
  const options = { withinMs: CONNECTED_WITHIN_MS, everyMs: 100 }
  const loggedIn = async () =>
    (await its.sandbox<{ connections: { loggedIn: number } }>('/stats')).body.connections.loggedIn
  await until(`${sessions} logins`, async () => (await loggedIn()) >= sessions, options)
  const shown = async () =>
    (await its.api<{ total: number }>('/api/sessions?status=connected&limit=1')).body.total
  await until(`${sessions} connected sessions`, async () => (await shown()) >= sessions, options)
}
