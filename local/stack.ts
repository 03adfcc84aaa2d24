/**
 * The whole system on one machine, from the lock on its data to the last process. Parts start in the order in which
 * they need each other and end in the opposite one: first no new requests, then the connectors hand in what they hold,
 * the simulated WhatsApp and the database go last.
 */

import { contentKey } from '#core/platform/concealed.ts'
import { logger } from '#core/platform/log.ts'
import { webhookKey } from '#core/webhook/vault.ts'
import { serveApi } from './api.ts'
import { startConnectors } from './connectors.ts'
import { openDashboard } from './dashboard.ts'
import { untilReady } from './deadline.ts'
import { proxyEnvironment, whatsappEnvironment } from './environment.ts'
import { untilHealthy } from './health.ts'
import { lockDataDir } from './lock.ts'
import { choosePort } from './port.ts'
import { endLeftovers, openRecord } from './record.ts'
import type { Context } from './run.ts'
import { type Sandbox, startSandbox } from './sandbox.ts'
import { keepSecrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import { databaseFile, openStores } from './stores.ts'
import { showQr } from './terminal.ts'
import { welcome } from './welcome.ts'

export type Stack = { welcome: string } & AsyncDisposable

const DEFAULT_API_KEY = 'dev-key'

/** Resolves when everything answers. When it rejects, nothing is left running. */
export async function startStack({
  settings,
  terminal,
  abort,
}: Pick<Context, 'settings' | 'terminal' | 'abort'>): Promise<Stack> {
  const log = logger(settings.LOG_LEVEL, { part: 'local' })
  const { DATA_DIR: dataDir, whatsapp } = settings
  const apiKey = settings.LINEKEEPER_API_KEY ?? DEFAULT_API_KEY
  await using started = new AsyncDisposableStack()

  started.use(lockDataDir(dataDir))
  await endLeftovers(dataDir)
  const record = openRecord(dataDir)
  started.defer(() => record.remove())
  const onStart = record.part

  const secrets = keepSecrets(dataDir, databaseFile(dataDir), settings.MASTER_KEY)
  const port = await choosePort(settings.PORT, 'PORT')
  const origin = `http://127.0.0.1:${port}`
  const publicOrigin = settings.PUBLIC_ORIGIN ?? origin
  const dashboard = openDashboard([origin, `http://localhost:${port}`, publicOrigin])
  // Awaited where it is needed, much later.
  dashboard.catch(() => undefined)
  const stores = started.use(await openStores(settings, log, (pid) => onStart('database', pid)))

  let sandbox: Sandbox | undefined
  if (whatsapp.kind === 'sandbox') {
    const sandboxPort = await choosePort(settings.SANDBOX_PORT, 'SANDBOX_PORT')
    sandbox = started.use(await startSandbox({ port: sandboxPort, dataDir, log, abort, onStart }))
  }
  const simulator =
    whatsapp.kind === 'simulator' ? whatsapp : sandbox && { url: sandbox.wsUrl, rootKey: sandbox.rootKey }
  const environment = { ...stores.environment, ...whatsappEnvironment(simulator) }

  const connectors = started.use(
    startConnectors({
      ids: connectorIds(settings, secrets.instance),
      environment: { ...environment, ...proxyEnvironment(settings), MASTER_KEY: secrets.masterKey },
      restartMs: settings.CONNECTOR_RESTART_MS,
      log,
      abort,
      onStart,
      onMessage: showQr(terminal, origin),
    }),
  )
  started.use(
    await serveApi({
      ...stores,
      environment: { ...stores.environment, CONTENT_KEY: contentKey(secrets.masterKey) },
      publicOrigin,
      port,
      apiKey,
      webhookKey: webhookKey(secrets.masterKey),
      webhookReach: settings.WEBHOOK_REACH,
      dashboard: await dashboard,
      log,
    }),
  )
  await connectors.ready
  if (settings.CONNECTORS > 0) await untilReady('whole', untilHealthy(origin, abort), abort)
  record.set({ origin, sandbox: sandbox?.url, environment })

  const all = started.move()
  return {
    welcome: welcome({
      origin,
      sandbox: sandbox?.url,
      whatsapp,
      dataDir,
      apiKey,
      keyIsDefault: !settings.LINEKEEPER_API_KEY,
    }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** A shared database may know connectors of other machines: the name of this installation keeps them apart. */
function connectorIds(settings: Settings, instance: string): string[] {
  const family = settings.DYNAMODB_ENDPOINT ? instance : 'local'
  return Array.from({ length: settings.CONNECTORS }, (_, index) => `${family}-${index + 1}`)
}
