/**
 * Runs a sandbox as a process of its own: `npm run sandbox`, or as a part of `npm start`. Settings: SANDBOX_PORT (3001)
 * and DATA_DIR (.data). A parent with an IPC channel is told `{ type: 'ready', url, wsUrl, rootKey }`, and the sandbox
 * ends with it.
 */
import { join } from 'node:path'
import * as z from 'zod'
import { type Sandbox, sandbox } from './index.ts'
import { useKeyObjects } from './key-objects.ts'

const Settings = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  DATA_DIR: z.string().default('.data'),
})

process.title = 'linekeeper-sandbox'
const { SANDBOX_PORT, DATA_DIR } = readSettings()
useKeyObjects()
const box = await start()

for (const end of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.once(end, () => void box.close().then(() => process.exit(0)))

if (process.send) process.send({ type: 'ready', url: box.url, wsUrl: box.wsUrl, rootKey: box.rootKey })
else
  process.stdout.write(`sandbox ready ${box.url} · WebSocket ${box.wsUrl} · root key ${box.rootKey}
  curl -s ${box.url}/phones/+15550001111/send -d '{"to":"+15550002222","text":"Hello"}'
`)

async function start(): Promise<Sandbox> {
  try {
    return await sandbox({ port: SANDBOX_PORT, dataDir: join(DATA_DIR, 'sandbox') })
  } catch (error) {
    return refuse(reasonOf(error as NodeJS.ErrnoException))
  }
}

/** What is set to nothing counts as not set. */
function readSettings(): z.output<typeof Settings> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  const read = Settings.safeParse(given)
  return read.data ?? refuse('SANDBOX_PORT must be a port number, from 0 (any free one) to 65535.')
}

function refuse(why: string): never {
  process.stderr.write(`The sandbox cannot start. ${why}\n`)
  process.exit(1)
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'EADDRINUSE' ? `Port ${SANDBOX_PORT} is taken: set SANDBOX_PORT to a free one.` : message
}
