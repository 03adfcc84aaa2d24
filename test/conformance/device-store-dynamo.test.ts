/**
 * What can go wrong between us and DynamoDB: answers that get lost, requests that arrive late, rows that somebody
 * moved, an erase that was interrupted. Run against dynoxide.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  deviceSeal,
  dynamoDevice,
  Fenced,
  type Group,
  type Measured,
  Unreadable,
} from '#core/device/index.ts'
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'
import { AwsError } from '#core/platform/aws/service.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { type Dynoxide, startDynoxide } from '../../local/dynoxide.ts'
import { sdkDynamo } from '../../local/sdk.ts'
import { createTables } from '../../local/tables.ts'
import { intercept } from '../support/calls.ts'

const seal = (session: string) => deviceSeal('22'.repeat(32), 'acme', session)
const settings = () => ({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: dynoxide.endpoint })

let dynoxide: Dynoxide
let client: DynamoDBClient
let dynamo: Dynamo
beforeAll(async () => {
  dynoxide = await startDynoxide()
  client = sdkDynamo('us-east-1', dynoxide.endpoint)
  dynamo = dynamoClient(settings())
  await createTables(client, { main: 'main', events: 'events', messages: 'messages', devices: 'devices' })
})
afterAll(() => dynoxide.close())

let sessions = 0
const newSession = () => `doubt-${++sessions}`
const store = (session: string, by = dynamo) => dynamoDevice({ dynamo: by, session, seal: seal(session) })
const rows = (...entries: [string, string | null][]): Group => ({
  rows: new Map(entries),
  preKeys: new Map(),
  mark: '',
})
const lost = () => Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' })

/** A client whose transactions pass through `through`. */
function intercepted(through: (send: () => Promise<unknown>) => Promise<unknown>): Dynamo {
  const own = dynamoClient(settings())
  intercept(own, (operation, _, go) => (operation === 'TransactWriteItems' ? through(go) : go()))
  return own
}

test('a commit whose answer was lost is repeated once and counts once', async () => {
  const session = newSession()
  let drop = false
  const flaky = store(
    session,
    intercepted(async (send) => {
      const answer = await send()
      if (!drop) return answer
      drop = false
      throw lost()
    }),
  )
  await flaky.open(1)
  drop = true
  const doubtful = rows(['session:a', 'one'])
  await expect(flaky.commit(doubtful)).rejects.toThrow('lost')
  await expect(flaky.commit(rows(['session:a', 'other']))).rejects.toThrow('comes first')
  await flaky.commit(doubtful)
  await flaky.commit(rows(['session:a', 'two']))
  expect((await store(session).open(1)).rows.get('session:a')).toBe('two')
})

test('an old request that arrives late changes nothing', async () => {
  const session = newSession()
  let delayed: (() => Promise<unknown>) | undefined
  let delay = false
  const flaky = store(
    session,
    intercepted((send) => {
      if (!delay) return send()
      delay = false
      delayed = send
      return Promise.reject(lost())
    }),
  )
  await flaky.open(1)
  delay = true
  const first = rows(['session:a', 'one'])
  await expect(flaky.commit(first)).rejects.toThrow('lost')
  await flaky.commit(first)
  await flaky.commit(rows(['session:a', 'two']))
  await expect(delayed?.()).rejects.toThrow(AwsError)
  expect((await store(session).open(1)).rows.get('session:a')).toBe('two')
})

test('a commit in flight when another connector takes over is refused', async () => {
  const session = newSession()
  const old = store(session)
  await old.open(1)
  await store(session).open(2)
  await expect(old.commit(rows(['session:a', 'x']))).rejects.toThrow(Fenced)
})

test('a row that was moved to another row or another device does not open', async () => {
  const session = newSession()
  const mine = store(session)
  await mine.open(1)
  await mine.commit(rows(['session:a', 'one'], ['session:b', 'two']))
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'devices', Key: { pk: { S: session }, sk: { S: 's#session:a' } } }),
  )
  const move = (pk: string, sk: string) =>
    client.send(new PutItemCommand({ TableName: 'devices', Item: { ...Item, pk: { S: pk }, sk: { S: sk } } }))
  expect(Buffer.from(Item?.d?.B ?? []).includes('one')).toBe(false)
  await move(session, 's#session:b')
  await expect(store(session).open(1)).rejects.toThrow(Unreadable)
  const other = newSession()
  await move(other, 's#session:a')
  await expect(store(other).open(1)).rejects.toThrow(Unreadable)
})

test('an erase that was interrupted is finished by the next owner', async () => {
  const session = newSession()
  let left = Number.POSITIVE_INFINITY
  const flaky = store(
    session,
    intercepted((send) => (left-- > 0 ? send() : Promise.reject(lost()))),
  )
  await flaky.open(1)
  for (let part = 0; part < 3; part++)
    await flaky.commit(
      rows(...Array.from({ length: 90 }, (_, i): [string, string] => [`x:${part}-${i}`, 'y'])),
    )
  left = 2
  await expect(flaky.erase()).rejects.toThrow('lost')
  expect((await store(session).open(1)).rows.size).toBe(0)
})

test('an erase can be called again after an error', async () => {
  const session = newSession()
  let fail = false
  const flaky = store(
    session,
    intercepted(async (send) => {
      const answer = await send()
      if (fail) throw lost()
      return answer
    }),
  )
  await flaky.open(1)
  await flaky.commit(rows(['creds:self', '{}']))
  fail = true
  await expect(flaky.erase()).rejects.toThrow('lost')
  fail = false
  await flaky.erase()
  await flaky.commit(rows(['creds:self', 'new']))
  expect((await store(session).open(1)).rows).toEqual(new Map([['creds:self', 'new']]))
})

test('a commit of three small rows costs two units each, the fence included', async () => {
  const calls: Measured[] = []
  const session = newSession()
  const metered = dynamoDevice({ dynamo, session, seal: seal(session), meter: (call) => calls.push(call) })
  await metered.open(1)
  calls.length = 0
  await metered.commit(rows(['session:a', 'x'], ['inbound:1', 'y'], ['outbox:1', null]))
  expect(calls).toMatchObject([{ operation: 'transact', items: 4, units: 8 }])
})

test('a block of twelve pre-keys stays under one write unit', async () => {
  const calls: Measured[] = []
  const session = `${'f'.repeat(32)}${newSession()}`
  const metered = dynamoDevice({ dynamo, session, seal: seal(session), meter: (call) => calls.push(call) })
  await metered.open(1)
  calls.length = 0
  const preKeys = new Map(Array.from({ length: 12 }, (_, i) => [12_000 + i, new Uint8Array(32).fill(i)]))
  await metered.commit({ rows: new Map(), preKeys, mark: '' })
  expect(calls).toMatchObject([{ items: 2, units: 4 }])
})
