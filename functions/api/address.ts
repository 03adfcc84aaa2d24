/**
 * Where a request comes from: as API Gateway tells it, as our own CloudFront distribution does that hands it on (its address
 * is what API Gateway tells then), or as the socket does on one machine. No header of anybody else is believed.
 */
import type { Context } from 'hono'
import * as z from 'zod'
import type { Deps } from './deps.ts'

const Seen = z.union([
  z.object({ event: z.object({ requestContext: z.object({ http: z.object({ sourceIp: z.string() }) }) }) }),
  z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) }),
])

export function addressOf({ viewer }: Pick<Deps, 'viewer'>, { env, req }: Context): string | undefined {
  const handedOn = viewer((name) => req.header(name))
  if (handedOn) return handedOn
  const seen = Seen.safeParse(env)
  if (!seen.success) return
  return 'event' in seen.data
    ? seen.data.event.requestContext.http.sourceIp
    : seen.data.incoming.socket.remoteAddress
}
