/** Runs a sandbox by itself: `npm run sandbox`. Settings: SANDBOX_PORT (3001), DATA_DIR (.data). */
import { join } from 'node:path'
import { env, stdout } from 'node:process'
import * as z from 'zod'
import { sandbox } from './index.ts'

const Settings = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  DATA_DIR: z.string().min(1).default('.data'),
})

const settings = Settings.parse(env)
const box = await sandbox({ port: settings.SANDBOX_PORT, dataDir: join(settings.DATA_DIR, 'sandbox') })

stdout.write(`sandbox ready ${box.url} · WebSocket ${box.wsUrl} · root key ${box.rootKey}
  curl -s ${box.url}/phones/+15550001111/send -d '{"to":"+15550002222","text":"Hello"}'
`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void box.close())
