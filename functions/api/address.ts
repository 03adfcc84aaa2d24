/** Where a request comes from: as API Gateway tells it, or as the socket does on one machine. No header is believed. */
import type { Context } from 'hono'
import * as z from 'zod'

const Seen = z.union([
  z.object({ event: z.object({ requestContext: z.object({ http: z.object({ sourceIp: z.string() }) }) }) }),
  z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) }),
])

export function addressOf({ env }: Context): string | undefined {
  const seen = Seen.safeParse(env)
  if (!seen.success) return
  return 'event' in seen.data
    ? seen.data.event.requestContext.http.sourceIp
    : seen.data.incoming.socket.remoteAddress
}
