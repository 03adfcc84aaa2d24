/** The namespace `w:m`: where files are left and fetched, and the token for it. */
import { randomBytes } from 'node:crypto'
import { node } from '../wire/nodes.ts'
import { type Query, reply } from './reply.ts'

export function mediaConnection(query: Query) {
  const { host } = new URL(query.world.origin())
  const attrs = {
    auth: randomBytes(16).toString('base64url'),
    ttl: '3600',
    auth_ttl: '21600',
    max_buckets: '12',
  }
  reply(query, node('media_conn', attrs, [node('host', { hostname: host })]))
}
