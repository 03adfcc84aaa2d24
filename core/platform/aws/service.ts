/**
 * One AWS service that speaks AWS JSON 1.0, as DynamoDB and SQS do: signed by aws4, tried again when it was busy or the
 * connection broke. Ours and not the SDK's client, which takes three quarters of a cold start and most of the processor
 * time of a call (docs/decisions/0015). https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
import { setTimeout as pause } from 'node:timers/promises'
import aws4 from 'aws4'
import type { CredentialSource } from './credentials.ts'
import { type Answer, openHttp } from './http.ts'

export type ServiceOptions = {
  /** The name that is signed. */
  name: 'dynamodb' | 'sqs'
  /** What stands before the operation in X-Amz-Target. */
  target: string
  region: string
  endpoint?: string | undefined
  credentials: CredentialSource
  /** For one attempt, in ms. */
  timeoutMs: number
  /** How often a call is tried in all; 4 unless given. */
  attempts?: number | undefined
}
export type CallOptions = { signal?: AbortSignal | undefined }
export type Service = {
  /** `at` is where to call it when no endpoint was given. @throws AwsError, or what `Post` throws */
  call(
    operation: string,
    input: object,
    options?: CallOptions & { at?: string | undefined },
  ): Promise<Record<string, unknown>>
} & Disposable

/** The calls of one service, by the SDK's own types of what goes in and comes out. */
export type Calls<Operations extends Record<keyof Operations, [object, object]>> = {
  /** @throws AwsError */
  call<O extends keyof Operations>(
    operation: O,
    input: Operations[O][0],
    options?: CallOptions,
  ): Promise<Omit<Operations[O][1], '$metadata'>>
} & Disposable

/** What the service answered in place of a result. `name` is AWS's code, `reasons` those of a cancelled transaction. */
export class AwsError extends Error {
  override readonly name: string
  readonly status: number
  readonly reasons: readonly string[]

  constructor(name: string, message: string, status: number, reasons: readonly string[] = []) {
    super(message)
    this.name = name
    this.status = status
    this.reasons = reasons
  }
}

export const isAwsError = (error: unknown, name: string): error is AwsError =>
  error instanceof AwsError && error.name === name

const ATTEMPTS = 4
const FIRST_PAUSE_MS = 50
const BUSY =
  /^(Throttling|ThrottlingException|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled|TooManyRequestsException|TransactionInProgressException)$/
const CUT = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'])

export function openService(options: ServiceOptions): Service {
  const { name, target, region, credentials, timeoutMs, attempts = ATTEMPTS } = options
  const http = openHttp()

  const attempt = async (
    url: URL,
    operation: string,
    body: Buffer,
    { signal }: CallOptions,
  ): Promise<Answer> => {
    const { headers = {} } = aws4.sign(
      {
        service: name,
        region,
        method: 'POST',
        host: url.host,
        path: url.pathname,
        headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `${target}.${operation}` },
        // It takes bytes as well, which its types do not say.
        body: body as unknown as string,
      },
      await credentials(),
    )
    return http.post({ url, headers, body, timeoutMs, signal })
  }

  return {
    async call(operation, input, given = {}) {
      const url = new URL(options.endpoint ?? given.at ?? endpointOf(name, region))
      const body = Buffer.from(JSON.stringify(input))
      for (let tried = 1; ; tried++) {
        try {
          return read(await attempt(url, operation, body, given))
        } catch (error) {
          if (tried >= attempts || given.signal?.aborted || !isPassing(error)) throw error
          await pause(Math.random() * FIRST_PAUSE_MS * 2 ** tried, undefined, given)
        }
      }
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  }
}

const endpointOf = (name: string, region: string) =>
  `https://${name}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** @throws AwsError when the service refused, or did not answer in JSON */
function read({ status, body }: Answer): Record<string, unknown> {
  const answer = parsed(body)
  if (status === 200 && answer) return answer
  const { __type = 'UnknownError', message, Message, CancellationReasons } = answer ?? {}
  const reasons = Array.isArray(CancellationReasons) ? CancellationReasons : []
  throw new AwsError(
    String(__type).replace(/^.*#/, ''),
    String(message ?? Message ?? `HTTP status ${status}`),
    status,
    reasons.map((reason: { Code?: string }) => reason.Code ?? 'None'),
  )
}

function parsed(body: string): Record<string, unknown> | undefined {
  if (body === '') return {}
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** It may be otherwise the next time. */
function isPassing(error: unknown): boolean {
  if (error instanceof AwsError) return error.status >= 500 || error.status === 429 || BUSY.test(error.name)
  if (!(error instanceof Error)) return false
  return error.name === 'TimeoutError' || ('code' in error && CUT.has(String(error.code)))
}
