/**
 * Timed jobs. The sweep carries what was stored and not carried, and says how the fleet is; every minute, and it is no
 * harm when two overlap.
 */
import type { PlatformEnvironment } from './environment'
import { lambda } from './lambda'
import { sendTo, table } from './permissions'
import type { Commands } from './queues'
import type { Stage } from './stage'
import type { Tables } from './storage'

export function schedules(stage: Stage, tables: Tables, commands: Commands, platform: PlatformEnvironment) {
  const sweep = lambda('Sweep', stage, {
    description: 'Carries what was stored and not carried',
    handler: 'functions/cron/handler.handler',
    memory: '512 MB',
    timeout: '55 seconds',
    environment: platform,
    permissions: [
      table(tables.main, 'read', 'query'),
      table(tables.messages, 'query', 'write'),
      sendTo(commands),
    ],
  })
  new sst.aws.CronV2('SweepSchedule', { schedule: 'rate(1 minute)', function: sweep.arn })
  return { sweep }
}
