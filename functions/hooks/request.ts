/** Reading a webhook's request: its query as it was sent, and its body, a form or JSON, with blanks and repeats. */

import type { Context } from 'hono'
import { Fault } from '#core/platform/fault.ts'
import type { Fields } from '#core/twilio/inbound.ts'
import type { Signed } from './signature.ts'

/** Twilio's largest form, ten media with long addresses and a referral, has a few kilobytes. */
const MAX_BODY = 256 * 1024
/** Twilio's largest form has about a hundred. Whoever sends thousands wants to keep us busy with sorting them. */
const MAX_FIELDS = 1_000

/** What the adapters of Lambda and Node put beside a request: their own view of it, unchanged. */
type Origin = { event?: { rawQueryString?: string }; incoming?: { url?: string } } | undefined

/**
 * Without the question mark. The URL of a web request is normalised (an apostrophe becomes %27), and what Twilio signed
 * is not.
 */
export function rawQuery(c: Context): string {
  const { event, incoming } = (c.env as Origin) ?? {}
  if (event?.rawQueryString !== undefined) return event.rawQueryString
  const url = incoming?.url ?? c.req.url
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}

/** @throws Fault BODY_TOO_LARGE */
export async function readBody(c: Context): Promise<Signed['body']> {
  if (c.req.method === 'GET') return
  if (Number(c.req.header('content-length')) > MAX_BODY) throw tooLarge()
  const raw = await c.req.text()
  if (raw.length > MAX_BODY) throw tooLarge()
  if (c.req.header('content-type')?.includes('json')) return { kind: 'json', raw }
  return { kind: 'form', params: paramsOf(new URLSearchParams(raw)) }
}

function paramsOf(form: URLSearchParams): Record<string, string | string[]> {
  if (form.size > MAX_FIELDS) throw tooLarge()
  const grouped = Map.groupBy(form, ([name]) => name)
  return Object.fromEntries(
    [...grouped].map(([name, entries]) => {
      const [first = '', ...more] = entries.map(([, value]) => value)
      return [name, more.length > 0 ? [first, ...more] : first]
    }),
  )
}

/** @throws Fault MALFORMED_JSON */
export function fieldsOf(body: Signed['body'], query: string): Fields {
  const entries = body
    ? Object.entries(body.kind === 'form' ? body.params : parse(body.raw))
    : [...new URLSearchParams(query)]
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      // As the name of a field it would be taken for the object's own prototype.
      if (name === '__proto__') return []
      const first = Array.isArray(value) ? value[0] : value
      return typeof first === 'string'
        ? [[name, first.toWellFormed()]]
        : typeof first === 'number'
          ? [[name, `${first}`]]
          : []
    }),
  )
}

function parse(raw: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(raw)
    if (value !== null && typeof value === 'object') return value as Record<string, unknown>
  } catch (cause) {
    throw new Fault('MALFORMED_JSON', 'The body is not JSON.', { cause })
  }
  throw new Fault('MALFORMED_JSON', 'The body is not a JSON object.')
}

const tooLarge = () => new Fault('BODY_TOO_LARGE', 'The body is too large for a webhook of Twilio.')
