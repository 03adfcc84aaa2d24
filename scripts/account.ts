/**
 * `npm run account -- <id> <free|pro|enterprise> [admin]`: makes an account in a deployment, or changes the plan of one,
 * and prints a new token for it, once. The token before stops working; with `admin` the token shows the fleet of
 * connectors, too. It needs credentials of AWS that may write the table `main`; which table that is, and where, it reads
 * from what the last `sst deploy` left in .sst/outputs.json, or from MAIN_TABLE and AWS_REGION.
 */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import * as Accounts from '#core/account.ts'
import { fromChain } from '#core/platform/aws/chain.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openStore } from '#core/platform/dynamo.ts'
import { deployed, end } from './outputs.ts'

const USAGE = 'usage: npm run account -- <id> <free|pro|enterprise> [admin]'
const Environment = z.object({
  AWS_REGION: z.string().optional(),
  DYNAMODB_ENDPOINT: z.url().optional(),
  MAIN_TABLE: z
    .string()
    .transform((name) => name || undefined)
    .optional(),
})
const Arguments = z.tuple([z.string().regex(/^[\w-]{1,64}$/), Accounts.Plan, z.literal('admin').optional()])

const given = Arguments.safeParse(process.argv.slice(2))
if (!given.success) end(USAGE)
const [id, plan, admin] = given.data
const { MAIN_TABLE, AWS_REGION, DYNAMODB_ENDPOINT } = Environment.parse(process.env)
const outputs = deployed()
const main =
  MAIN_TABLE ??
  outputs?.tables.main ??
  end('There is no .sst/outputs.json of a deployment here: deploy first, or set MAIN_TABLE.')
const region = AWS_REGION ?? outputs?.region ?? 'us-east-1'
// Only `main` is written; the other names are never used.
const tables = { main, events: main, messages: main, devices: main }
const store = openStore(
  dynamoClient({ AWS_REGION: region, DYNAMODB_ENDPOINT }, fromChain(DYNAMODB_ENDPOINT)),
  tables,
  systemClock,
)
const token = `lk_${randomBytes(32).toString('base64url')}`
process.stderr.write(`${id} in ${main}, ${region}\n`)
await Accounts.ensure(store, { id, plan, admin: admin !== undefined }, token)
process.stdout.write(`${token}\n`)
