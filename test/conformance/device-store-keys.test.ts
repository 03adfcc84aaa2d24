/** A change of the master key, against dynoxide: what the former one sealed is sealed anew, so that it can go. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deviceSeal, dynamoDevice, Unreadable } from '#core/device/index.ts'
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { intercept } from '../support/calls.ts'
import { type Database, database, TABLE_NAMES } from '../support/database.ts'

const [FORMER, NEW, NEWEST] = ['11', '22', '33'].map((byte) => byte.repeat(32))
let db: Database
let sessions = 0
beforeAll(async () => {
  db = await database()
})
afterAll(() => db.close())

const store = (session: string, keys: (string | undefined)[], dynamo: Dynamo = db.dynamo) =>
  dynamoDevice({
    dynamo,
    table: TABLE_NAMES.devices,
    session,
    seal: deviceSeal(keys.join(','), 'acme', session),
  })

const ROWS = new Map([
  ...Array.from({ length: 150 }, (_, n): [string, string] => [`session:${n}`, `ratchet ${n}`]),
  ['creds:all', randomBytes(600_000).toString('base64')],
])
const PRE_KEYS = new Map(Array.from({ length: 40 }, (_, n) => [n + 1, randomBytes(32)]))

/** A device of which everything was sealed under the former key. */
async function former(): Promise<string> {
  const session = `keys-${++sessions}`
  const device = store(session, [FORMER])
  await device.open(1)
  const all = [...ROWS]
  for (const some of [all.slice(0, 90), all.slice(90)])
    await device.commit({ rows: new Map(some), preKeys: new Map(), mark: 'mark' })
  await device.commit({ rows: new Map(), preKeys: PRE_KEYS, mark: 'mark' })
  return session
}
const ids = [...PRE_KEYS.keys()]
async function opened(device: ReturnType<typeof store>, epoch = 2) {
  const { rows, mark, topPreKey } = await device.open(epoch)
  return { rows, mark, topPreKey, preKeys: await device.preKeys(ids) }
}
const WHOLE = { rows: ROWS, mark: 'mark', topPreKey: 40 }
const secrets = (found: Map<number, Uint8Array>) =>
  ids.map((id) => Buffer.from(found.get(id) ?? []).toString('hex'))
const isWhole = ({ preKeys, ...rest }: Awaited<ReturnType<typeof opened>>) => {
  expect(rest).toEqual(WHOLE)
  expect(secrets(preKeys)).toEqual(secrets(PRE_KEYS))
}

test('a device that was opened once under a new key needs the former one no more', async () => {
  const session = await former()
  await expect(store(session, [NEW]).open(2)).rejects.toThrow(Unreadable)
  isWhole(await opened(store(session, [NEW, FORMER])))
  isWhole(await opened(store(session, [NEW])))
  await expect(store(session, [FORMER]).open(2)).rejects.toThrow(Unreadable)
  isWhole(await opened(store(session, [NEWEST, NEW])))
  isWhole(await opened(store(session, [NEWEST])))
})

test('it is sealed anew once, and lives on meanwhile', async () => {
  const session = await former()
  let commits = 0
  const counting = store(
    session,
    [NEW, FORMER],
    watched((go) => {
      commits++
      return go()
    }),
  )
  await counting.open(2)
  expect(commits).toBeGreaterThan(2)
  await counting.commit({
    rows: new Map([['session:0', 'moved']]),
    preKeys: new Map([[1, null]]),
    mark: 'on',
  })
  commits = 0
  const { rows, mark } = await counting.open(3)
  expect([commits, rows.get('session:0'), mark]).toEqual([0, 'moved', 'on'])
  expect([...(await counting.preKeys(ids)).keys()]).not.toContain(1)
})

test('interrupted, it is begun again by whoever opens the device next', async () => {
  const session = await former()
  let commits = 0
  const dying = watched(async (go) => {
    if (++commits === 2) throw new Error('the connector died')
    return go()
  })
  await expect(store(session, [NEW, FORMER], dying).open(2)).rejects.toThrow('died')
  await expect(store(session, [NEW]).open(3)).rejects.toThrow(Unreadable)
  isWhole(await opened(store(session, [NEW, FORMER]), 3))
  isWhole(await opened(store(session, [NEW]), 4))
})

test('a device that was erased and linked again under another key is no exception', async () => {
  const session = await former()
  const device = store(session, [NEW, FORMER])
  await device.open(2)
  await device.erase()
  const again = store(session, [FORMER])
  await again.open(3)
  await again.commit({ rows: new Map([['creds:all', 'new']]), preKeys: new Map(), mark: '' })
  await store(session, [NEW, FORMER]).open(4)
  expect((await store(session, [NEW]).open(5)).rows.get('creds:all')).toBe('new')
})

/** A client whose transactions pass through `through`. */
function watched(through: (go: () => Promise<unknown>) => Promise<unknown>): Dynamo {
  const own = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: db.endpoint })
  intercept(own, (operation, _, go) => (operation === 'TransactWriteItems' ? through(go) : go()))
  return own
}
