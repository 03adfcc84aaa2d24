import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoDevice } from '#core/device/dynamo.ts'
import { deviceSeal } from '#core/device/seal.ts'
import * as Leases from '#core/lease.ts'
import { type Database, database, TABLE_NAMES } from '../support/database.ts'
import { ROOT } from './evaluate/layout.ts'

const SHARDS = 3

/** On a database of its own; a connector that holds a device at epoch 2 has been there. */
async function world() {
  const db = await database()
  const [first] = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => Leases.claim(db.store, Leases.untouched(shard), 'one')),
  )
  const device = () =>
    dynamoDevice({
      dynamo: db.dynamo,
      table: TABLE_NAMES.devices,
      session: 'session-1',
      seal: deviceSeal('ab'.repeat(32), 'acme', 'session-1'),
    })
  return { db, device, first: first! }
}

const run = ({ endpoint }: Database, args: string[]) =>
  promisify(execFile)(process.execPath, ['scripts/restored.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, DYNAMODB_ENDPOINT: endpoint, SHARDS: `${SHARDS}` },
  })

test('after a backup of `main` was restored, connectors get at the devices again', async () => {
  const { db, device, first } = await world()
  await using _ = db
  const { epoch } = (await Leases.claim(db.store, first, 'two'))!
  await device().open(epoch)
  // The table as it was before the second claim takes its place.
  await db.store.put('main', { pk: 'LEASE', sk: 'SHARD#0', ...first })
  await expect(device().open(first.epoch)).rejects.toThrow('newer lease')

  await run(db, [`main=${TABLE_NAMES.main}`])
  const { leases } = await Leases.fleet(db.store, Date.now())
  expect(leases.map(({ shard, owner }) => [shard, owner])).toEqual([
    [0, ''],
    [1, ''],
    [2, ''],
  ])
  const claimed = await Leases.claim(db.store, leases[0]!, 'three')
  await device().open(claimed!.epoch)
  expect(claimed!.epoch).toBeGreaterThan(epoch)
})

test('expiry and protection are what the stack would have given, and it says how to deploy', async () => {
  const { db } = await world()
  await using _ = db
  const TableName = TABLE_NAMES.events
  await db.client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: false },
    }),
  )
  for (let times = 0; times < 2; times++) {
    const { stdout, stderr } = await run(db, [`events=${TableName}`, `devices=${TABLE_NAMES.devices}`])
    expect(stdout).toBe(`RESTORED_TABLES=events=${TableName},devices=${TABLE_NAMES.devices}\n`)
    expect(stderr).toContain('knows no point-in-time recovery')
  }
  const { TimeToLiveDescription } = await db.client.send(new DescribeTimeToLiveCommand({ TableName }))
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
  const { Table } = await db.client.send(new DescribeTableCommand({ TableName }))
  expect(Table?.DeletionProtectionEnabled).toBe(true)
})

test('a table that is no backup of what it is called changes nothing', async () => {
  const { db, first } = await world()
  await using _ = db
  await db.client.send(
    new CreateTableCommand({
      TableName: 'something-else',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  )
  await expect(run(db, [`main=${TABLE_NAMES.main}`, 'messages=something-else'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('something-else has no index chat, waiting'),
  })
  expect((await Leases.fleet(db.store, Date.now())).leases[0]?.epoch).toBe(first.epoch)
})

test.each([[[]], [['main']], [['mian=x']]])('%j is explained', async (args) => {
  const { db } = await world()
  await using _ = db
  await expect(run(db, args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') })
})
