/**
 * Timed jobs, and it is no harm when two runs overlap. Each minute the sweep carries what was stored and not carried, and
 * says how the fleet is, and conversations whose time has come are written down as expired. Every few minutes the logs
 * of linked sessions are read for messages that conversations were not told of.
 */
import { CATCH_UP_EVERY } from '../core/conversation/schedule.ts'
import { conversationWork } from './consumers.ts'
import type { Environments } from './environment.ts'
import { type Lambda, lambda } from './lambda.ts'
import { sendCommands, sendTo, table } from './permissions.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

type Parts = { tables: Tables; commands: Commands; jobs: Jobs; secrets: Secrets; environment: Environments }

const EVERY_MINUTE = 'rate(1 minute)'

export function schedules(stage: Stage, parts: Parts): Lambda[] {
  const { tables, commands, jobs, secrets, environment } = parts
  const sweep = lambda('Sweep', stage, {
    description: 'Carries what was stored and not carried',
    handler: 'functions/cron/handler.handler',
    memory: '512 MB',
    timeout: '55 seconds',
    environment: environment.sweep,
    link: [secrets.content],
    permissions: [
      table(tables.main, 'BatchGetItem', 'Query'),
      table(tables.messages, 'Query', 'UpdateItem', 'DeleteItem'),
      sendCommands(commands),
    ],
  })
  const tend = lambda('Tend', stage, {
    description: 'Attends to what conversations left behind',
    handler: 'functions/cron/conversations-handler.handler',
    // One vCPU: a session costs it a millisecond, and there may be very many.
    memory: '1769 MB',
    timeout: '55 seconds',
    environment: environment.orders,
    link: [secrets.sealed, secrets.content],
    permissions: [
      ...conversationWork(parts),
      table(tables.main, 'Query', 'DeleteItem'),
      table(tables.events, 'Query'),
      sendTo(jobs.orders.live),
    ],
  })
  new sst.aws.CronV2('SweepSchedule', { schedule: EVERY_MINUTE, function: sweep.arn })
  new sst.aws.CronV2('TendSchedule', {
    schedule: EVERY_MINUTE,
    function: tend.arn,
    event: { catchUp: 'no' },
  })
  new sst.aws.CronV2('CatchUpSchedule', {
    schedule: `rate(${CATCH_UP_EVERY} minutes)`,
    function: tend.arn,
  })
  return [sweep, tend]
}
