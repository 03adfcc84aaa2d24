/**
 * How failures are answered: always `{success: false, error, code, status, details?}`. A Fault is shown as it is; what
 * a dependency throws gets a name; anything else is answered with a request id and logged with its
 * cause.
 */
import type { Context, Env, ErrorHandler, Hono } from 'hono'
import { AwsError } from '#core/platform/aws/service.ts'
import { Fault } from '#core/platform/fault.ts'
import type { Notes } from '#core/platform/notes.ts'
import type { ApiEnv } from './context.ts'

export const answerFaults =
  (log: Notes): ErrorHandler<ApiEnv> =>
  (error, c) => {
    const fault = named(error)
    const requestId = c.get('requestId')
    if (fault.status >= 500)
      log.error({ err: error, requestId, method: c.req.method, path: c.req.path }, fault.message)
    return render(c, fault.code === 'INTERNAL_ERROR' ? withRequestId(fault, requestId) : fault)
  }

function render(c: Context, { code, status, message, details }: Fault): Response {
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="linekeeper"')
  return c.json({ success: false, error: message, code, status, ...(details ? { details } : {}) }, status)
}

const withRequestId = (fault: Fault, requestId: string) =>
  new Fault('INTERNAL_ERROR', fault.message, { details: { requestId } })

function named(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (isDependency(error))
    return new Fault('DEPENDENCY_UNAVAILABLE', 'A part that this needs is not available. Please try again.', {
      cause: error,
    })
  return new Fault('INTERNAL_ERROR', 'Something went wrong on our side.', { cause: error })
}

const BUSY =
  /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TimeoutError|AbortError|QueueDoesNotExist/
const NETWORK = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/

/** Whether AWS, or a stand-in for it, did not answer or was too busy: that passes, and is not our mistake. */
function isDependency(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AwsError && error.status >= 500) return true
  const { code } = error as { code?: unknown }
  return BUSY.test(error.name) || (typeof code === 'string' && NETWORK.test(code))
}

/** 405 with `Allow` when the path exists with other methods, else 404. */
export function answerUnrouted<E extends Env>(app: Hono<E>): void {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({ method, matches: pattern(path) }))
  app.notFound((c) => {
    const methods = new Set(
      routes.filter(({ matches }) => matches.test(c.req.path)).map(({ method }) => method),
    )
    if (methods.size === 0) return render(c, new Fault('NOT_FOUND', 'There is nothing at this address.'))
    if (methods.has('GET')) methods.add('HEAD')
    const allowed = [...methods].sort()
    c.header('Allow', allowed.join(', '))
    const details = { allowed }
    return render(c, new Fault('METHOD_NOT_ALLOWED', `${c.req.method} is not possible here.`, { details }))
  })
}

const pattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}$`)
