/**
 * `npm run restored -- main=<table> events=<table> …`: makes tables that were restored from a backup fit to take the
 * place of those of the stack. AWS restores what is in a table and its indexes, but neither expiry, nor
 * point-in-time recovery, nor protection; and a `main` of before would keep connectors out of devices that were opened
 * since. Prints the setting with which they are deployed. Repeating it does no harm.
 */
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import { raiseEpochs } from '#core/lease.ts'
import { fromChain } from '#core/platform/aws/chain.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { TABLES, type TableName } from '#core/tables.ts'
import { sdkDynamo } from '../local/sdk.ts'
import { deployed, end } from './outputs.ts'

const USAGE = `usage: npm run restored -- <${Object.keys(TABLES).join('|')}>=<restored table> …`
const Environment = z.object({
  AWS_REGION: z.string().optional(),
  DYNAMODB_ENDPOINT: z.url().optional(),
  SHARDS: z.coerce.number().int().positive().optional(),
})

const pairs = process.argv.slice(2).map((pair) => pair.split('=') as [TableName, string])
if (pairs.length === 0 || !pairs.every(([table, name]) => table in TABLES && name)) end(USAGE)
const { AWS_REGION, DYNAMODB_ENDPOINT, SHARDS } = Environment.parse(process.env)
const outputs = deployed()
const shards =
  SHARDS ?? outputs?.shards ?? end('There is no .sst/outputs.json of a deployment here: set SHARDS.')
const place = { AWS_REGION: AWS_REGION ?? outputs?.region ?? 'us-east-1', DYNAMODB_ENDPOINT }
const client = sdkDynamo(place.AWS_REGION, DYNAMODB_ENDPOINT)

for (const [table, name] of pairs) await checkForm(client, table, name)
for (const [table, name] of pairs) {
  await expire(client, table, name)
  await keep(client, name)
  if (table === 'main') {
    const all = { main: name, events: name, messages: name, devices: name }
    await raiseEpochs(openStore(dynamoClient(place, fromChain(DYNAMODB_ENDPOINT)), all, systemClock), shards)
  }
}
process.stdout.write(`RESTORED_TABLES=${pairs.map((pair) => pair.join('=')).join(',')}\n`)

async function checkForm(client: DynamoDBClient, table: TableName, name: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
  if (Table?.TableStatus !== 'ACTIVE') end(`${name} is ${Table?.TableStatus}: wait until it is ACTIVE.`)
  const found = Table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? []
  const missing = TABLES[table].indexes.filter((index) => !found.includes(index.name))
  if (missing.length > 0)
    end(`${name} has no index ${missing.map((index) => index.name).join(', ')}: it is no backup of ${table}.`)
}

async function expire(client: DynamoDBClient, table: TableName, name: string): Promise<void> {
  const { ttl } = TABLES[table]
  if (!ttl) return
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }))
  if (TimeToLiveDescription?.TimeToLiveStatus !== 'DISABLED') return
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true },
    }),
  )
}

async function keep(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: true }))
  try {
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName: name,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    )
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UnknownOperationException') throw error
    process.stderr.write(`${name}: this engine knows no point-in-time recovery\n`)
  }
}
