/**
 * Many linked sessions on a stack of their own, with a connector that the bench starts and ends as it likes, and as
 * many linked lines of raw Baileys on the same sandbox, kept in files. Linking takes minutes, so rows share one fleet,
 * and what nobody asks for is not linked.
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
  /** How many sessions are linked. */
  readonly sessions: number
  /** Links further ones until there are so many. */
  growTo(sessions: number): Promise<void>
  /** A connector that finds all sessions wanted and linked. */
  startConnector(flags: readonly string[]): Promise<Child>
  /** Resolves when the API says that all sessions are connected. */
  allConnected(): Promise<void>
  /** Links as many lines of raw Baileys. */
  linkRaw(): Promise<void>
  /** A process with these lines, connected. */
  startRaw(flags: readonly string[]): Promise<Child & { call: Remote<LinesHost> }>
} & AsyncDisposable

const OURS = 491720000000
const RAW = 491730000000
/** Linking is mostly computation: a few more than there are processors, and not so many that one waits too long. */
const LINK_AT_ONCE = 8
const LINKED_WITHIN_MS = 120_000
/** Looking more often would take the processor from those who link. */
const LOOK_MS = 200
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
  const linked = { ours: 0, raw: 0 }

  const startConnector = (flags: readonly string[]) =>
    startChild('connector/main.ts', { flags, env: { ...environment, MASTER_KEY, CONNECTOR_ID: 'bench-1' } })

  const growTo = async (size: number) => {
    if (size <= linked.ours) return
    await using connector = await startConnector([])
    await allConnected(its, linked.ours)
    const began = performance.now()
    let done = linked.ours
    await inTurn(numbersFrom(OURS, size).slice(linked.ours), LINK_AT_ONCE, async (number) => {
      await linkLine(its, `+${number}`, { conversations: false }, LINKED_WITHIN_MS, LOOK_MS)
      if (++done % 100 === 0 || done === size) progress(`linked ${done} of ${size} sessions`)
    })
    const each = Math.round((performance.now() - began) / (size - linked.ours))
    linked.ours = size
    await connector.end('SIGTERM')
    progress(`linking took ${each} ms each`)
  }
  const linkRaw = async () => {
    if (linked.raw >= linked.ours) return
    progress(`linking ${linked.ours - linked.raw} lines of raw Baileys`)
    await using raw = await startHost<LinesHost>('test/bench/hosts/raw.ts')
    const numbers = numbersFrom(RAW, linked.ours).slice(linked.raw)
    await raw.call.open({ server, numbers, atOnce: LINK_AT_ONCE })
    await raw.call.save({ folder: saved })
    await raw.call.close()
    linked.raw = linked.ours
  }
  await growTo(sessions)

  const owned = opened.move()
  return {
    get sessions() {
      return linked.ours
    },
    growTo,
    startConnector,
    allConnected: () => allConnected(its, linked.ours),
    linkRaw,
    async startRaw(flags) {
      const host = await startHost<LinesHost>('test/bench/hosts/raw.ts', { flags })
      const numbers = numbersFrom(RAW, linked.raw)
      await host.call.open({ server, numbers, atOnce: CONNECT_AT_ONCE, saved })
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
