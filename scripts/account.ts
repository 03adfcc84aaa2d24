/**
 * `npm run account -- <id> <free|pro|enterprise> [admin]`: makes an account in a deployment, or changes the plan of one, and prints a
 * new token for it, once. The token before stops working; with `admin` the token shows the fleet of connectors, too. It needs credentials of AWS that may write the table `main`;
 * which table that is, it reads from what the last `sst deploy` left in .sst/outputs.json, or from MAIN_TABLE.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import * as Accounts from '#core/account.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'

const USAGE = 'usage: npm run account -- <id> <free|pro|enterprise> [admin]'
const Environment = z.object({
  AWS_REGION: z.string().default('us-east-1'),
  DYNAMODB_ENDPOINT: z.url().optional(),
  MAIN_TABLE: z
    .string()
    .transform((name) => name || undefined)
    .optional(),
})
const Outputs = z.object({ tables: z.object({ main: z.string() }) })
const Arguments = z.tuple([z.string().regex(/^[\w-]{1,64}$/), Accounts.Plan, z.literal('admin').optional()])

const given = Arguments.safeParse(process.argv.slice(2))
if (!given.success) end(USAGE)
const [id, plan, admin] = given.data
const { MAIN_TABLE, ...aws } = Environment.parse(process.env)
const main = MAIN_TABLE ?? deployedTable()
// Only `main` is written; the other names are never used.
const store = openStore(dynamoClient(aws), { main, events: main, messages: main, devices: main }, systemClock)
const token = `lk_${randomBytes(32).toString('base64url')}`
await Accounts.ensure(store, { id, plan, admin: admin !== undefined }, token)
process.stdout.write(`${token}\n`)

function deployedTable(): string {
  const file = join(import.meta.dirname, '../.sst/outputs.json')
  try {
    return Outputs.parse(JSON.parse(readFileSync(file, 'utf8'))).tables.main
  } catch {
    return end('There is no .sst/outputs.json of a deployment here: deploy first, or set MAIN_TABLE.')
  }
}

function end(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}
