/**
 * A further connector beside a running stack, on the stack's own terms: it takes its share of the sessions, shows their
 * QR codes on its own terminal, is started again when it dies, and ends with the stack.
 */
import { logger } from '#core/platform/log.ts'
import { startConnectors } from './connectors.ts'
import { proxyEnvironment } from './environment.ts'
import { isAlive } from './identity.ts'
import { readRecord } from './record.ts'
import { Refusal } from './refusal.ts'
import type { Context } from './run.ts'
import { keepSecrets } from './secrets.ts'
import { databaseFile } from './stores.ts'
import { showQr } from './terminal.ts'

const LOOK_EVERY_MS = 1_000

/** @throws Refusal when no stack runs there */
export async function joinStack({ settings, terminal, abort, stop }: Context) {
  const { DATA_DIR: dataDir, LOG_LEVEL } = settings
  const record = readRecord(dataDir)
  if (!record?.environment || !record.origin || !isAlive(record.main))
    throw new Refusal(`No Linekeeper runs on ${dataDir}: start one with npm start, or set its DATA_DIR.`)

  const secrets = keepSecrets(dataDir, databaseFile(dataDir), settings.MASTER_KEY)
  const id = `${secrets.instance}-${process.pid}`
  await using started = new AsyncDisposableStack()
  const connectors = started.use(
    startConnectors({
      ids: [id],
      environment: {
        ...record.environment,
        ...proxyEnvironment(settings),
        MASTER_KEY: secrets.masterKey,
        LOG_LEVEL,
      },
      restartMs: settings.CONNECTOR_RESTART_MS,
      log: logger(LOG_LEVEL, { part: 'join' }),
      abort,
      onStart: () => undefined,
      onMessage: showQr(terminal, record.origin),
    }),
  )
  await connectors.ready
  const look = setInterval(() => isAlive(record.main) || stop('the stack ended'), LOOK_EVERY_MS)
  started.defer(() => clearInterval(look))

  const all = started.move()
  return {
    welcome: `ready connector ${id}, with ${record.origin}\n\nCtrl+C takes it away again; its sessions move to the others.\n`,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
