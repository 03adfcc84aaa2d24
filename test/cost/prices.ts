/**
 * What AWS asks in us-east-1, in US dollars, without free tiers, discounts and taxes, as its public price pages said in
 * November 2025. Other regions cost up to half more. Look at the pages before you rely on a figure.
 */
export const PRICES_OF = 'us-east-1, November 2025'
export const HOURS = 730

type Price = { usd: number; per: string; page: string }

export const PRICES = {
  writeUnit: { usd: 0.625e-6, per: 'DynamoDB write unit, on demand', page: 'dynamodb/pricing/on-demand' },
  readUnit: { usd: 0.125e-6, per: 'DynamoDB read unit, on demand', page: 'dynamodb/pricing/on-demand' },
  writeHour: {
    usd: 0.00065,
    per: 'hour of one write unit a second, provisioned',
    page: 'dynamodb/pricing/provisioned',
  },
  storedGb: {
    usd: 0.25 + 0.2,
    per: 'GB-month in DynamoDB, with point-in-time recovery',
    page: 'dynamodb/pricing/on-demand',
  },
  fifoRequest: { usd: 0.5e-6, per: 'SQS request, FIFO', page: 'sqs/pricing' },
  queueRequest: { usd: 0.4e-6, per: 'SQS request, standard', page: 'sqs/pricing' },
  invocation: { usd: 0.2e-6, per: 'Lambda request', page: 'lambda/pricing' },
  gbSecond: { usd: 0.0000133334, per: 'GB-second of Lambda, arm64', page: 'lambda/pricing' },
  httpRequest: { usd: 1e-6, per: 'request to an HTTP API', page: 'api-gateway/pricing' },
  vcpuHour: { usd: 0.03238, per: 'vCPU-hour of Fargate, arm64', page: 'fargate/pricing' },
  gbHour: { usd: 0.00356, per: 'GB-hour of Fargate, arm64', page: 'fargate/pricing' },
  addressHour: { usd: 0.005, per: 'hour of a public IPv4 address', page: 'vpc/pricing' },
  loggedGb: { usd: 0.5, per: 'GB into CloudWatch Logs', page: 'cloudwatch/pricing' },
  schedule: { usd: 1e-6, per: 'run of a schedule', page: 'eventbridge/pricing' },
  dashboard: { usd: 3, per: 'dashboard and month', page: 'cloudwatch/pricing' },
  metric: { usd: 0.3, per: 'metric of our own and month', page: 'cloudwatch/pricing' },
  alarm: { usd: 0.1, per: 'metric that an alarm looks at, and month', page: 'cloudwatch/pricing' },
  outGb: { usd: 0.09, per: 'GB to the internet', page: 'ec2/pricing/on-demand' },
} as const satisfies Record<string, Price>
