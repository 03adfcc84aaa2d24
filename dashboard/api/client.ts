/**
 * The API as the page calls it: same origin, the token in a header, JSON both ways. What the API refuses is thrown as a
 * Refusal whose message is the API's own sentence and can be shown.
 */

export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: string
  readonly status: number
  readonly details: Record<string, unknown>

  constructor(message: string, code: string, status: number, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
  }
}

export type Query = Record<string, string | number | undefined>
export type Api = {
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  upload<T>(path: string, file: File): Promise<T>
}

type Call = { method: string; body?: BodyInit; headers?: Record<string, string> }

/** @param onLost the token opens nothing any more */
export function openApi(token: string, onLost: (why: Refusal) => void): Api {
  const call = async <T>(path: string, { method, body, headers }: Call): Promise<T> => {
    const refusal = (why: Refusal) => {
      if (why.status === 401) onLost(why)
      return why
    }
    const request = {
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
      cache: 'no-store' as const,
      credentials: 'omit' as const,
      referrerPolicy: 'no-referrer' as const,
    }
    const response = await fetch(path, request).catch(() => {
      throw new Refusal('The server cannot be reached.', 'UNREACHABLE', 0)
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok && answer !== undefined) return answer as T
    throw refusal(refusalOf(response.status, answer))
  }
  const withBody = (method: string, body: unknown, headers: Record<string, string> = {}): Call =>
    body === undefined
      ? { method, headers }
      : { method, body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }

  return {
    get: (path, query = {}) => call(withQuery(path, query), { method: 'GET' }),
    post: (path, body, headers) => call(path, withBody('POST', body, headers)),
    put: (path, body) => call(path, withBody('PUT', body)),
    delete: (path) => call(path, { method: 'DELETE' }),
    upload(path, file) {
      const form = new FormData()
      form.append('file', file)
      return call(path, { method: 'POST', body: form })
    },
  }
}

/** A path whose parts may hold anything. */
export const at = (parts: TemplateStringsArray, ...values: string[]): string =>
  String.raw({ raw: parts }, ...values.map(encodeURIComponent))

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, `${value}`]],
  )
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

type Failure = {
  error?: unknown
  code?: unknown
  details?: { issues?: { path?: string; message?: string }[]; action?: string }
}

/** With the first thing that is wrong, where the API names it, and what to do about it. */
function refusalOf(status: number, answer: unknown): Refusal {
  const { error, code, details } = (answer ?? {}) as Failure
  if (typeof error !== 'string') return new Refusal(`The server answered ${status}.`, 'UNKNOWN', status)
  const [issue] = details?.issues ?? []
  const more = issue ? `${issue.path ?? ''} ${issue.message ?? ''}`.trim() : (details?.action ?? '')
  const sentence = more ? `${error.replace(/\.$/, '')}: ${more}` : error
  return new Refusal(sentence, `${code}`, status, details)
}

/** For a request that may be repeated and shall count once. Also where a page is not served by HTTPS. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
