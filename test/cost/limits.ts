/** Where AWS draws a line: its default quotas in November 2025, and the page that says so. */
const DYNAMODB = 'amazondynamodb/latest/developerguide'
const SQS = 'AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html'
const GATEWAY = 'apigateway/latest/developerguide'

type Limit = { most: number; what: string; page: string; canBeRaised: boolean }

export const LIMITS = {
  partitionWrites: {
    most: 1_000,
    what: 'write units a second, a partition of a table or index',
    page: `${DYNAMODB}/bp-partition-key-design.html`,
    canBeRaised: false,
  },
  partitionReads: {
    most: 3_000,
    what: 'read units a second, a partition',
    page: `${DYNAMODB}/bp-partition-key-design.html`,
    canBeRaised: false,
  },
  tableWrites: {
    most: 40_000,
    what: 'write units a second, a table on demand',
    page: `${DYNAMODB}/ServiceQuotas.html`,
    canBeRaised: true,
  },
  newTableWrites: {
    most: 4_000,
    what: 'write units a second, a new table; twice its former peak later',
    page: `${DYNAMODB}/on-demand-capacity-mode.html`,
    canBeRaised: true,
  },
  groupCalls: {
    most: 300,
    what: 'calls a second and kind, a message group of a FIFO queue; ten messages each',
    page: SQS,
    canBeRaised: false,
  },
  queueCalls: {
    most: 2_400,
    what: 'calls a second and kind, a FIFO queue, where a region allows least; 70,000 in the largest',
    page: SQS,
    canBeRaised: true,
  },
  concurrency: {
    most: 1_000,
    what: 'runs of functions at a time, an account; 10 in a new one',
    page: 'lambda/latest/dg/gettingstarted-limits.html',
    canBeRaised: true,
  },
  requests: {
    most: 10_000,
    what: 'requests a second, all APIs of an account; 2,500 in small regions',
    page: `${GATEWAY}/limits.html`,
    canBeRaised: true,
  },
  newSockets: {
    most: 500,
    what: 'new WebSocket connections a second; each ends after two hours, or ten minutes of silence',
    page: `${GATEWAY}/apigateway-execution-service-websocket-limits-table.html`,
    canBeRaised: true,
  },
} as const satisfies Record<string, Limit>
