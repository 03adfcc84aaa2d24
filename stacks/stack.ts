/**
 * Everything that is deployed, in the order in which it is needed. A new part is a file of its own beside this one and
 * a line here.
 */
import { alarms } from './alarms.ts'
import { api, gateway } from './api.ts'
import { connector } from './connector.ts'
import { consumers } from './consumers.ts'
import { dashboard } from './dashboard.ts'
import { environments } from './environment.ts'
import { files as filesOf } from './files.ts'
import { live, sockets as socketsOf } from './live.ts'
import { network } from './network.ts'
import { commandQueues, jobQueues } from './queues.ts'
import { schedules } from './schedules.ts'
import { secrets as secretsOf } from './secrets.ts'
import { site } from './site.ts'
import { stageOf } from './stage.ts'
import { storage } from './storage.ts'
import { webhooks } from './webhooks.ts'

export function stack() {
  const stage = stageOf($app.stage, process.env)
  const http = gateway(stage)
  const tables = storage(stage)
  const commands = commandQueues(stage)
  const jobs = jobQueues()
  const secrets = secretsOf(stage)
  const sockets = socketsOf(stage)
  const files = filesOf(stage)
  const environment = environments({
    stage,
    tables,
    commands,
    jobs,
    files,
    secrets,
    origin: http.url,
    sockets,
  })
  const parts = { tables, commands, jobs, files, secrets, environment }

  const functions = [
    ...api(http, stage, parts),
    ...live(sockets, stage, parts),
    ...consumers(stage, parts),
    ...schedules(stage, parts),
    ...webhooks(stage, parts),
  ]
  const { cluster, service, logGroup } = connector(stage, { ...parts, network: network() })
  const watched = { tables, commands, jobs, http, functions, cluster, service }
  const { topic } = alarms(stage, watched)
  dashboard(watched)
  const page = site(stage, { http, sockets, files, secrets })

  return {
    region: aws.getRegionOutput().region,
    url: http.url,
    live: sockets.url,
    dashboard: page.url,
    shards: stage.shards,
    tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.name])),
    files: files.name,
    commands: commands.urlTemplate,
    functions: functions.map(({ name }) => name),
    cluster: cluster.nodes.cluster.name,
    service: service.nodes.service.name,
    connectorLogs: logGroup,
    alarms: topic.arn,
  }
}
