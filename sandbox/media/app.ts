/** The media server over HTTP, as clients use it: `POST /mms/<kind>/<hash>` to leave a file, `GET` to fetch it. */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Hono } from 'hono'
import { SandboxError } from '../error.ts'
import type { World } from '../world.ts'
import { urlOf } from './files.ts'

export function mediaApp(world: World) {
  const app = new Hono()
  app.post('/mms/:kind/:name', async (c) => {
    if (world.faults.isActive('no-uploads')) return c.text('', 503)
    const { kind, name } = c.req.param()
    const body = c.req.raw.body as ReadableStream<Uint8Array> | null
    await world.cdn.put(name, body ? Readable.fromWeb(body) : Readable.from([]))
    return c.json({ url: urlOf(world, kind, name) })
  })
  // Files of channels are not encrypted, and are named in the message by what the server calls them.
  app.post('/newsletter/:kind/:name', async (c) => {
    if (world.faults.isActive('no-uploads')) return c.text('', 503)
    const { kind, name } = c.req.param()
    const body = c.req.raw.body as ReadableStream<Uint8Array> | null
    await world.cdn.put(name, body ? Readable.fromWeb(body) : Readable.from([]))
    return c.json({ url: urlOf(world, kind, name), handle: `${kind}/${name}` })
  })
  app.get('/mms/:kind/:name', async (c) => {
    if (world.faults.isActive('no-downloads')) return c.text('', 503)
    if (world.faults.isActive('lost-downloads')) return c.text('', 404)
    const file = await world.cdn.get(c.req.param('name'))
    if (!file) return c.text('', 404)
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': `${file.size}` }
    return c.body(Readable.toWeb(file.content) as globalThis.ReadableStream, 200, headers)
  })
  app.onError((error, c) =>
    error instanceof SandboxError
      ? c.json({ error: error.message, code: error.code }, error.status)
      : c.json({ error: 'Something broke in the media server.', code: 'INTERNAL' }, 500),
  )
  return app
}
