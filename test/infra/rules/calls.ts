/**
 * Whoever calls DynamoDB for what the role does not name is refused, and only there: by a call that no test of a
 * deployment makes, or of a line that none of them has. So the code of a part tells which calls it makes on which table.
 */
import { readFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { ROOT } from '../evaluate/layout.ts'
import type { Rule, View } from './view.ts'

/** How code that is bundled and minified asks our store (core/platform/dynamo.ts), and writes in its transactions. */
const CALLS: readonly (readonly [RegExp, string])[] = [
  [/\.get\("(\w+)",/g, 'GetItem'],
  [/\.getMany\("(\w+)",/g, 'BatchGetItem'],
  [/\.query\("(\w+)",/g, 'Query'],
  [/\.(?:create|put)\("(\w+)",/g, 'PutItem'],
  [/\.(?:update|change)\("(\w+)",/g, 'UpdateItem'],
  [/\.remove\("(\w+)",/g, 'DeleteItem'],
  [/\.(?:putMany|removeMany)\("(\w+)",/g, 'BatchWriteItem'],
  [/table:"(\w+)",put:/g, 'PutItem'],
  [/table:"(\w+)",update:/g, 'UpdateItem'],
  [/table:"(\w+)",remove:/g, 'DeleteItem'],
  [/table:"(\w+)",check:/g, 'ConditionCheckItem'],
]

/** What a part has the code for, and never comes to. */
const NEVER: Record<string, readonly string[]> = {
  // Of all that the log can be told, it tells that a webhook is disabled. Whoever kept a file has made the key of its links.
  DeliveriesFunction: [
    'PutItem on main',
    'PutItem on messages',
    'UpdateItem on messages',
    'ConditionCheckItem on main',
  ],
  // The same of links.
  PushFunction: ['PutItem on main'],
  // It writes nothing that live connections would hear of.
  FanOutFunction: ['BatchGetItem on main'],
}

type Part = { name: string; role: string; code: string }

export const rolesCoverTheirCode: Rule = (view) =>
  [...functionsOf(view), connectorOf(view)].flatMap(({ name, role, code }) => {
    const calls = callsIn(code).filter(({ table }) => tableEnd(view, table) !== undefined)
    const refused = calls.filter(({ action, table }) => !may(view, role, action, table))
    const texts = new Set(refused.map(({ action, table }) => `${action} on ${table}`))
    return [...texts]
      .filter((call) => !NEVER[name]?.includes(call))
      .map((call) => `${name} calls ${call}, and its role may not`)
  })

const callsIn = (code: string) =>
  CALLS.flatMap(([pattern, action]) =>
    [...code.matchAll(pattern)].map(([, table = '']) => ({ action, table })),
  )

const functionsOf = ({ functions, evaluation }: View): Part[] =>
  functions.flatMap(({ name, inputs }) => {
    const bundle = evaluation.bundles[name.replace(/Function$/, '')]
    return bundle ? [{ name, role: String(inputs.role), code: readFileSync(bundle.module, 'utf8') }] : []
  })

/** The connector is no bundle where it is deployed; made one, it has no more code than it uses. */
function connectorOf({ tasks }: View): Part {
  connector ??= buildSync({
    entryPoints: ['connector/main.ts'],
    absWorkingDir: ROOT,
    platform: 'node',
    format: 'esm',
    bundle: true,
    minify: true,
    packages: 'external',
    write: false,
    logLevel: 'silent',
  }).outputFiles[0]?.text
  return { name: 'Connector', role: String(tasks[0]?.inputs.taskRoleArn), code: connector ?? '' }
}
let connector: string | undefined

function may({ roles, tables }: View, roleArn: string, action: string, table: string): boolean {
  const end = tableEnd({ tables }, table)
  return roles
    .filter(({ arnPart }) => roleArn.endsWith(arnPart))
    .flatMap(({ statements }) => statements)
    .some(
      ({ Action, Resource }) =>
        Action.includes(`dynamodb:${action}`) && Resource.some((resource) => resource.endsWith(`${end}`)),
    )
}

function tableEnd({ tables }: Pick<View, 'tables'>, table: string): string | undefined {
  const own = tables.find(({ name }) => name.toLowerCase() === `${table}table`)
  return own && `:table/${own.existing ?? own.inputs.name}`
}
