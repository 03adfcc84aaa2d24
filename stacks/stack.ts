/**
 * Everything that is deployed, in the order in which it is needed. A new part is a file of its own beside this one and
 * a line here.
 */
import { alarms } from './alarms'
import { api } from './api'
import { connector } from './connector'
import { dashboard } from './dashboard'
import { platformEnvironment } from './environment'
import { network } from './network'
import { commands as commandQueues } from './queues'
import { schedules } from './schedules'
import { secrets } from './secrets'
import { stageOf } from './stage'
import { storage } from './storage'

export function stack() {
  const stage = stageOf($app.stage, process.env)
  const tables = storage(stage)
  const commands = commandQueues(stage)
  const platform = platformEnvironment(tables, commands, stage)
  const { http, handler } = api(stage, tables, commands, platform)
  const { sweep } = schedules(stage, tables, commands, platform)
  const { cluster, service, logGroup } = connector(stage, {
    tables,
    commands,
    secrets: secrets(stage),
    network: network(),
    platform,
  })
  const watched = { tables, commands, http, functions: [handler, sweep], cluster, service }
  const { topic } = alarms(stage, watched)
  dashboard(watched)
  return {
    url: http.url,
    tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.name])),
    commands: commands.urlTemplate,
    cluster: cluster.nodes.cluster.name,
    connectorLogs: logGroup,
    alarms: topic.arn,
  }
}
