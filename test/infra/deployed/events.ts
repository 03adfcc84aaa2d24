/**
 * Events in the shapes in which AWS delivers them, taken from AWS's own examples: API Gateway HTTP API (payload 2.0),
 * WebSocket API, SQS, EventBridge Scheduler.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import { ACCOUNT, REGION } from '../evaluate/mocks.ts'

type Request = {
  method?: string
  path: string
  query?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** `$default` leaves the path alone; a named stage is put in front of it. */
  stage?: string
}

/** A body that is bytes travels in base64, as does any body whose content type API Gateway does not take for text. */
export function httpRequest({
  method = 'GET',
  path,
  query = '',
  headers = {},
  body,
  stage = '$default',
}: Request) {
  const rawPath = stage === '$default' ? path : `/${stage}${path}`
  const host = 'mock.execute-api.us-east-1.amazonaws.com'
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: query,
    headers: {
      accept: '*/*',
      'content-length': `${body?.length ?? 0}`,
      host,
      'user-agent': 'curl/8.5.0',
      'x-amzn-trace-id': 'Root=1-691f0a5e-0d5d2b4c3e5f6a7b8c9d0e1f',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...headers,
    },
    ...(query ? { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) } : {}),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'mock',
      domainName: host,
      domainPrefix: 'mock',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      requestId: 'Vj2b8hGOIAMEYbg=',
      routeKey: '$default',
      stage,
      time: '20/Nov/2026:10:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 20, 10),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : body.toString('base64') }),
    isBase64Encoded: Buffer.isBuffer(body),
  }
}

type Frame = {
  routeKey: string
  connectionId: string
  headers?: Record<string, string | undefined>
  body?: string | null
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
export function socketEvent({ routeKey, connectionId, headers, body }: Frame) {
  const eventType = { $connect: 'CONNECT', $disconnect: 'DISCONNECT' }[routeKey] ?? 'MESSAGE'
  const isFrame = eventType === 'MESSAGE'
  return {
    ...(isFrame ? {} : { headers: { Host: 'mock', 'X-Forwarded-For': '203.0.113.7', ...headers } }),
    ...(isFrame ? {} : { multiValueHeaders: { Host: ['mock'] } }),
    requestContext: {
      routeKey,
      ...(isFrame ? { messageId: 'VjF2OfQ5oAMCIPA=' } : {}),
      ...(eventType === 'DISCONNECT' ? { disconnectStatusCode: 1005, disconnectReason: '' } : {}),
      eventType,
      extendedRequestId: 'VjF2OHTaoAMFUzg=',
      requestTime: '20/Nov/2026:10:00:00 +0000',
      messageDirection: 'IN',
      stage: 'live',
      connectedAt: Date.UTC(2026, 10, 20, 10),
      requestTimeEpoch: Date.UTC(2026, 10, 20, 10),
      identity: { sourceIp: '203.0.113.7' },
      requestId: 'VjF2OHTaoAMFUzg=',
      domainName: 'mock.execute-api.us-east-1.amazonaws.com',
      connectionId,
      apiId: 'mock',
    },
    ...(isFrame ? { body } : {}),
    isBase64Encoded: false,
  }
}

export const sqsBatch = (queue: string, bodies: string[], fifo?: { group: string }) => ({
  Records: bodies.map((body, index) => ({
    messageId: `059f36b4-87a3-44ab-83d2-${String(index).padStart(12, '0')}`,
    receiptHandle: `AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1763632800000',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1763632800001',
      ...(fifo
        ? { SequenceNumber: `1885${index}`, MessageGroupId: fifo.group, MessageDeduplicationId: `${index}` }
        : {}),
    },
    messageAttributes: {},
    md5OfBody: '00000000000000000000000000000000',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`,
    awsRegion: REGION,
  })),
})

/** EventBridge Scheduler hands over what the schedule says, and ours says nothing. */
export const schedule = () => ({})
