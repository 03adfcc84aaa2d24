/**
 * A connector reduced to its sockets, to be killed by gate-crash.test.ts: several devices in one process, on DynamoDB,
 * told over stdin what to send. What it hands downstream it appends to a file, one line per row, before it says so.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { type DeviceStore, deviceSeal, dynamoDevice } from '#core/device/index.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { ShortCache } from '../../connector/socket/caches.ts'
import {
  type Device,
  openDevice,
  type Row,
  type ServerAddress,
  type Stats,
} from '../../connector/socket/index.ts'
import { textMessage, textOf } from '../support/device.ts'

export type Orders = {
  endpoint: string
  server: ServerAddress
  accounts: string[]
  run: number
  /** Where rows and remembered device lists are kept. */
  folder: string
  /** Added before and after each commit, so that kills hit both sides of it. */
  latencyMs: number
}
export type Told =
  | { type: 'qr'; account: string; qr: string }
  | { type: 'open'; account: string }
  | { type: 'accepted'; id: string }
  /** An answer or a text was handed on, under this message id. */
  | { type: 'handed'; message: string }
  | { type: 'closed'; account: string; name: string }
  | { type: 'waiting'; messages: number; stats: Record<string, Stats> }
export type Command =
  | { type: 'send'; account: string; id: string; to: string; text: string }
  | { type: 'waiting' }

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders
const tell = (told: Told) => writeSync(1, `${JSON.stringify(told)}\n`)
const dynamo = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: orders.endpoint })

rememberDeviceLists(`${orders.folder}/device-lists.json`)
const devices = new Map<string, Device>()
for (const account of orders.accounts) devices.set(account, await start(account))
createInterface({ input: process.stdin }).on('line', (line) => void obey(JSON.parse(line) as Command))

async function start(account: string): Promise<Device> {
  const session = `crash-${account.slice(1)}`
  const seal = deviceSeal('33'.repeat(32), 'crash', session)
  const device = await openDevice({
    store: slow(dynamoDevice({ dynamo, session, seal })),
    epoch: orders.run,
    lookup: async () => undefined,
    log: pino({ level: process.env.CHILD_LOG ?? 'silent' }, pino.destination(2)),
    deliver: async (rows) => rows.forEach((row) => void keep(account, row)),
  })
  const connect = () => {
    device.connect(
      orders.server,
      {
        qr: (qr) => tell({ type: 'qr', account, qr }),
        linked: () => {},
        open: () => tell({ type: 'open', account }),
        closed: ({ name }) => {
          tell({ type: 'closed', account, name })
          setTimeout(connect, 50)
        },
      },
      { keepAliveMs: 5000 },
    )
  }
  connect()
  return device
}

async function obey(command: Command): Promise<void> {
  if (command.type === 'waiting') {
    const messages = [...devices.values()].reduce((sum, device) => sum + device.waiting(), 0)
    const stats = Object.fromEntries([...devices].map(([account, device]) => [account, device.stats]))
    tell({ type: 'waiting', messages, stats })
    return
  }
  const { account, id, to, text } = command
  await devices.get(account)?.accept({ id, to, message: textMessage(text) })
  tell({ type: 'accepted', id })
}

function keep(account: string, row: Row): void {
  const about = row.kind === 'ack' ? { message: row.messageId, error: row.error?.code } : aboutStanza(row)
  appendFileSync(
    `${orders.folder}/rows.jsonl`,
    `${JSON.stringify({ account, row: row.id, kind: row.kind, ...about })}\n`,
  )
  const isText = 'text' in about && about.text !== undefined
  if (about.message && (row.kind === 'ack' || isText)) tell({ type: 'handed', message: about.message })
}

function aboutStanza(row: Row): { message?: string; text?: string; reason?: string } {
  if (!('messageIds' in row) && row.kind !== 'message' && row.kind !== 'undecryptable') return {}
  const { id } = row.stanza
  const text = textOf(row)
  return {
    ...(id ? { message: id } : {}),
    ...(text ? { text } : {}),
    ...(row.kind === 'undecryptable' ? { reason: row.reason } : {}),
  }
}

function slow(store: DeviceStore): DeviceStore {
  const wait = () => pause(Math.random() * orders.latencyMs)
  return {
    ...store,
    async commit(group) {
      await wait()
      await store.commit(group)
      await wait()
    },
  }
}

/**
 * Baileys asks for device lists anew after a restart, and starts new Signal sessions with every answer: that would hide
 * a ratchet that was used twice. So the lists are kept over the kills.
 */
function rememberDeviceLists(file: string): void {
  const known = new Map<string, unknown>(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [])
  const { get, set } = ShortCache.prototype
  ShortCache.prototype.get = function <V>(key: string) {
    return get.call<ShortCache, [string], V | undefined>(this, key) ?? (known.get(key) as V | undefined)
  }
  ShortCache.prototype.set = function (key, value) {
    set.call(this, key, value)
    if (!Array.isArray(value) || known.has(key)) return
    known.set(key, value)
    writeFileSync(`${file}.${process.pid}`, JSON.stringify([...known]))
    renameSync(`${file}.${process.pid}`, file)
  }
}
