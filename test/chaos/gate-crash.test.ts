/**
 * SIGKILL at random moments, with traffic in both directions, to people and to groups, several accounts in the killed
 * process. The books are kept by the other side: afterwards nothing is lost, nothing is shown twice, and no phone met
 * a message that it could not read. GATE_SEED and GATE_KILLS repeat or lengthen a run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { startDynoxide } from '../../local/dynoxide.ts'
import { createTables } from '../../local/tables.ts'
import { sandbox } from '../../sandbox/index.ts'
import { jidOf } from '../support/device.ts'
import { until } from '../support/until.ts'
import type { Command, Orders, Told } from './gate-child.ts'

const SEED = Number(process.env.GATE_SEED ?? 20_260_601)
const KILLS = Number(process.env.GATE_KILLS ?? 20)
const LATENCY_MS = Number(process.env.GATE_LATENCY_MS ?? 12)
const ACCOUNTS = ['+15551000001', '+15551000002', '+15551000003']
const PEOPLE = ['+15552000001', '+15552000002', '+15552000003', '+15552000004']

/** More would pile up faster than a busy machine can work it off between two kills. */
const MOST_ON_THE_WAY = 60

type Booked = { account: string; to: string; text: string; readers: string[] }
type Line = {
  account: string
  row: string
  kind: string
  message?: string
  text?: string
  reason?: string
  error?: string
}

test(`${KILLS} kills lose nothing, repeat nothing and reuse no ratchet`, {
  timeout: 120_000 + KILLS * 12_000,
}, async () => {
  const [fate, ours, theirs] = [chance(SEED), chance(SEED + 1), chance(SEED + 2)]
  const folder = mkdtempSync(join(tmpdir(), 'gate-crash-'))
  await using dynoxide = await startDynoxide()
  await createTables(
    new DynamoDBClient({
      region: 'us-east-1',
      endpoint: dynoxide.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    { main: 'main', events: 'events', messages: 'messages', devices: 'devices' },
  )
  await using box = await sandbox({ receiptDelayMs: [20, 200] })
  const server = { mode: 'sandbox', url: box.wsUrl, rootKey: box.rootKey } as const

  const rows = () => readLines(join(folder, 'rows.jsonl'))
  const accepted = new Map<string, Booked>()
  const unconfirmed = new Map<string, Command>()
  /** Neither answered nor handed on yet, as far as we were told. */
  const onTheWay = { out: new Set<string>(), in: new Set<string>() }
  const received = new Map<string, { account: string; text: string }>()
  let child: ChildProcess
  let run = 0
  let waiting = Number.POSITIVE_INFINITY
  let stats: unknown
  const opened = new Set<string>()

  const say = (command: Command) => child.stdin?.writable && child.stdin.write(`${JSON.stringify(command)}\n`)
  const hear = (told: Told) => {
    if (told.type === 'qr') void box.control.scan(told.account, told.qr).catch(() => {})
    if (told.type === 'open') opened.add(told.account)
    if (told.type === 'accepted') unconfirmed.delete(told.id)
    if (told.type === 'handed') for (const ids of Object.values(onTheWay)) ids.delete(told.message)
    if (told.type === 'waiting') [waiting, stats] = [told.messages, told.stats]
  }
  const launch = () => {
    const orders: Orders = {
      endpoint: dynoxide.endpoint,
      server,
      accounts: ACCOUNTS,
      run: ++run,
      folder,
      latencyMs: LATENCY_MS,
    }
    opened.clear()
    const handed = new Set(rows().map(({ message }) => message))
    for (const ids of Object.values(onTheWay)) for (const id of ids) if (handed.has(id)) ids.delete(id)
    child = spawn(
      process.execPath,
      ['--no-warnings', join(import.meta.dirname, 'gate-child.ts'), JSON.stringify(orders)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    child.stdin?.on('error', () => {})
    createInterface({ input: child.stdout! }).on('line', (line) => hear(JSON.parse(line) as Told))
    for (const command of unconfirmed.values()) say(command)
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended by itself')
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  const allOpen = () =>
    until('all accounts are open', () => opened.size === ACCOUNTS.length, { withinMs: 60_000 })

  launch()
  using _ = { [Symbol.dispose]: () => void child.kill('SIGKILL') }
  await allOpen()
  const groups = new Map<string, string>()
  for (const account of ACCOUNTS) {
    const group = await box.control.createGroup({
      creator: account,
      subject: 'G',
      participants: PEOPLE.slice(0, 3),
    })
    groups.set(account, group.id)
  }

  let traffic = true
  const outgoing = (async () => {
    for (let n = 1; traffic; n++) {
      await pause(ours.between(5, 40))
      if (onTheWay.out.size > MOST_ON_THE_WAY) continue
      const account = ours.pick(ACCOUNTS)
      const toGroup = ours.happens(0.25)
      const person = ours.pick(PEOPLE)
      const to = toGroup ? (groups.get(account) ?? '') : jidOf(person)
      const id = `3EB0${String(n).padStart(12, '0')}`
      const text = `out ${id}`
      onTheWay.out.add(id)
      accepted.set(id, { account, to, text, readers: toGroup ? PEOPLE.slice(0, 3) : [person] })
      unconfirmed.set(id, { type: 'send', account, id, to, text })
      say({ type: 'send', account, id, to, text })
    }
  })()
  const incoming = (async () => {
    for (let n = 1; traffic; n++) {
      await pause(theirs.between(5, 40))
      if (onTheWay.in.size > MOST_ON_THE_WAY) continue
      const account = theirs.pick(ACCOUNTS)
      const text = `in ${n}`
      const group = theirs.happens(0.25) ? groups.get(account) : undefined
      const person = theirs.pick(group ? PEOPLE.slice(0, 3) : PEOPLE)
      const { id } = await box.control.send(person, { to: group ?? account, text })
      onTheWay.in.add(id)
      received.set(id, { account, text })
    }
  })()

  for (let kills = 0; kills < KILLS; kills++) {
    if (fate.happens(0.3)) {
      await pause(fate.between(50, 400))
      const number = fate.pick(ACCOUNTS)
      await box.control.fault({ kind: 'drop', number })
      await box.control.fault({ kind: 'drop', number, off: true })
    }
    await pause(fate.between(60, 700))
    await kill()
    launch()
    if (fate.happens(0.25)) await pause(fate.between(300, 1500))
    else await allOpen()
  }
  await allOpen()
  await pause(1000)
  traffic = false
  await Promise.all([outgoing, incoming])

  await until(
    'everything is settled',
    async () => {
      say({ type: 'waiting' })
      const { undelivered } = await box.control.stats()
      const left = { waiting, unconfirmed: unconfirmed.size, undelivered, open: [...opened], stats }
      if (waiting + unconfirmed.size + Object.keys(undelivered).length > 0)
        throw new Error(JSON.stringify(left))
      return true
    },
    { withinMs: 90_000, everyMs: 200 },
  )
  await until(
    'all texts are downstream',
    () =>
      new Set(
        rows()
          .filter(({ text }) => text)
          .map(({ message }) => message),
      ).size >= received.size,
  )
  await kill()

  const books = await balance(rows(), accepted, received, (number) => box.control.inbox(number))
  const { problems, unknownQueries } = await box.control.stats()
  rmSync(folder, { recursive: true })
  expect(accepted.size).toBeGreaterThan(KILLS * 5)
  expect(received.size).toBeGreaterThan(KILLS * 5)
  expect({ ...books, problems, unknownQueries }).toEqual({
    lostIncoming: [],
    wrongIncoming: [],
    twiceIncoming: [],
    unreadableIncoming: [],
    lostOutgoing: [],
    wrongOutgoing: [],
    twiceOutgoing: [],
    unacknowledged: [],
    refused: [],
    retries: 0,
    undecryptable: 0,
    problems: [],
    unknownQueries: {},
  })
})

type View = { messages: { id: string; text?: unknown }[]; retries: number; undecryptable: number }

async function balance(
  rows: Line[],
  accepted: Map<string, Booked>,
  received: Map<string, { account: string; text: string }>,
  inboxOf: (number: string) => Promise<View>,
) {
  const texts = rows.filter(({ text }) => text !== undefined)
  const rowIds = new Map<string, Set<string>>()
  for (const { message = '', row } of texts) rowIds.set(message, (rowIds.get(message) ?? new Set()).add(row))
  const inboxes = new Map(
    await Promise.all(PEOPLE.map(async (number) => [number, await inboxOf(number)] as const)),
  )
  const seen = (number: string, id: string) =>
    inboxes.get(number)?.messages.filter((message) => message.id === id) ?? []
  const deliveries = [...accepted].flatMap(([id, booked]) =>
    booked.readers.map((reader) => ({ id, booked, copies: seen(reader, id) })),
  )
  const acks = rows.filter(({ kind }) => kind === 'ack')
  const acknowledged = new Set(acks.map(({ message }) => message))
  return {
    lostIncoming: [...received.keys()].filter((id) => !rowIds.has(id)),
    wrongIncoming: texts.filter(({ message = '', text, account }) => {
      const sent = received.get(message)
      return sent?.text !== text || sent?.account !== account
    }),
    /** The same message always comes as the same row, however often it is handed on. */
    twiceIncoming: [...rowIds].filter(([, ids]) => ids.size > 1).map(([id]) => id),
    unreadableIncoming: rows.filter(({ kind }) => kind === 'undecryptable'),
    lostOutgoing: deliveries.filter(({ copies }) => copies.length === 0).map(({ id }) => id),
    wrongOutgoing: deliveries.filter(({ copies, booked }) => copies.some(({ text }) => text !== booked.text)),
    twiceOutgoing: deliveries.filter(({ copies }) => copies.length > 1).map(({ id }) => id),
    unacknowledged: [...accepted.keys()].filter((id) => !acknowledged.has(id)),
    refused: acks.filter(({ error }) => error),
    retries: [...inboxes.values()].reduce((sum, { retries }) => sum + retries, 0),
    undecryptable: [...inboxes.values()].reduce((sum, { undecryptable }) => sum + undecryptable, 0),
  }
}

const readLines = (file: string): Line[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Line)
    : []

/** Decisions from a seed: the same seed kills at the same moments again. */
function chance(seed: number) {
  const random = mulberry32(seed)
  return {
    happens: (probability: number): boolean => random() < probability,
    between: (least: number, most: number): number => least + random() * (most - least),
    pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T,
  }
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
