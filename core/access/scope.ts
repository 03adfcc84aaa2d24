/**
 * What a token may do: `read` or `write` in an area of the API, as `messages:write`; `*` stands for any area or for
 * both. Which area a call belongs to is said by its path, in one place, so that a new call cannot be forgotten: what is
 * not named belongs to `sessions`.
 */
import * as z from 'zod'

const AREAS = ['sessions', 'messages', 'events', 'webhooks', 'conversations', 'tokens', 'devices'] as const
type Area = (typeof AREAS)[number]
type Way = 'read' | 'write'
export type Need = `${Area}:${Way}`

const SCOPE = new RegExp(`^(\\*|(\\*|${AREAS.join('|')}):(read|write|\\*))$`)

export const Scopes = z
  .array(z.string().regex(SCOPE, `must be *, or an area and a way: ${AREAS.join(', ')}; read, write, *`))
  .min(1)
  .max(20)
  .meta({ id: 'Scopes', description: '`*`, `*:read`, `messages:*`, `messages:write` …' })
export type Scopes = z.infer<typeof Scopes>

const session = (rest: string) => new RegExp(`^/api/sessions/[^/]+/(${rest})(/|$)`)
const OF_SESSION = 'chats|messages|media|contacts|numbers|groups|presence|profile|blocklist|labels|channels'

/** The first that fits. */
const PLACES: readonly (readonly [RegExp, Area])[] = [
  [/^\/api\/sessions\/import$/, 'devices'],
  [session('export'), 'devices'],
  [/^\/api\/(tokens|auth|audit)(\/|$)/, 'tokens'],
  [session('regenerate-key'), 'tokens'],
  [/^\/api\/live(\/|$)/, 'events'],
  [session('events'), 'events'],
  [/^\/api\/webhooks(\/|$)/, 'webhooks'],
  [session('webhooks'), 'webhooks'],
  [/^\/api\/messages(\/|$)/, 'messages'],
  [session(OF_SESSION), 'messages'],
  [/^\/(api\/conversations|session|sessions)(\/|$)/, 'conversations'],
]

/** Getting a ticket changes nothing, and what comes of it is read. */
const READING = /^\/api\/(live\/tickets|auth\/token)$/

export function needOf(method: string, path: string): Need {
  const [, area] = PLACES.find(([pattern]) => pattern.test(path)) ?? [undefined, 'sessions' as const]
  // Who reads a device can be it: that is more than reading.
  const isRead = area !== 'devices' && (method === 'GET' || method === 'HEAD' || READING.test(path))
  return `${area}:${isRead ? 'read' : 'write'}`
}

export const permits = (scopes: readonly string[], need: Need): boolean => {
  const [area, way] = need.split(':') as [Area, Way]
  return scopes.some((scope) => {
    const [where, how = '*'] = scope.split(':')
    return (where === '*' || where === area) && (how === '*' || how === way)
  })
}

/** Whether whoever has the one may hand out the other. */
export const covers = (own: readonly string[], others: readonly string[]): boolean =>
  AREAS.every((area) =>
    (['read', 'write'] as const).every(
      (way) => !permits(others, `${area}:${way}`) || permits(own, `${area}:${way}`),
    ),
  )
