/**
 * What importing a function costs on a cold start, over starting Node at all: bundled as SST bundles it, started again
 * and again, each start paired with one of an empty module.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folder.ts'
import { bundle, httpEvent } from '../../support/lambda.ts'
import { median } from '../parts/statistics.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const STARTS = 15
const BUNDLES = [
  { what: 'API', entry: 'functions/api/handler.ts', goalMs: 90 },
  { what: 'inbound hooks', entry: 'functions/hooks/handler.ts', goalMs: 60 },
]

/** What a Lambda function finds in its environment. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  MAIN_TABLE: 'bench-main',
  EVENTS_TABLE: 'bench-events',
  MESSAGES_TABLE: 'bench-messages',
  DEVICES_TABLE: 'bench-devices',
  COMMAND_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/commands-{shard}.fifo',
  PUBLIC_ORIGIN: 'https://api.example.org',
  WEBHOOK_KEY: '11'.repeat(32),
  WEBHOOKS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/webhooks',
  DELIVERIES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/deliveries',
}

export const coldImport: Row = {
  name: 'cold-import',
  title: 'Cold import of a function, over bare Node',
  async run({ progress }) {
    using folder = temporaryFolder()
    const figures: Figure[] = []
    const notes = [
      `Bundled by esbuild with the stacks' options (CommonJS, Node, es2024, names kept, minified); the median of ${STARTS} starts, each minus the start of an empty module just before it.`,
    ]
    const empty = join(folder.path, 'empty.mjs')
    writeFileSync(empty, '')
    for (const { what, entry, goalMs } of BUNDLES) {
      progress(what)
      const file = join(folder.path, `${what.replace(' ', '-')}.cjs`)
      const { bytes } = await bundle(entry, file)
      const over = Array.from({ length: STARTS }, () => -startMs(empty) + startMs(file))
      figures.push({
        what: `${what} bundle`,
        unit: 'ms',
        ours: median(over),
        goals: [atMost('ours', goalMs)],
      })
      if (what === 'API') {
        const first = join(folder.path, 'first.cjs')
        writeFileSync(first, firstAnswer(file))
        const answered = Array.from({ length: STARTS }, () => -startMs(empty) + startMs(first))
        figures.push({ what: `… and its first answer`, unit: 'ms', ours: median(answered) })
      }
      notes.push(`The ${what} bundle has ${Math.round(bytes / 1024)} KB.`)
    }
    return { figures, notes }
  },
}

/** A program that imports the API and asks it for sessions, with no token: that loads a part of it and no database. */
const firstAnswer = (bundle: string): string => `
const { handler } = require(${JSON.stringify(bundle)})
const event = ${JSON.stringify(httpEvent('$default', { method: 'GET', path: '/api/sessions' }))}
handler(event, {}).then(({ statusCode }) => process.exit(statusCode === 401 ? 0 : 1))
`

function startMs(file: string): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [file], {
    env: { PATH: process.env.PATH, ...ENVIRONMENT },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${file} did not start: ${stderr}`)
  return performance.now() - began
}
