/** The control API over HTTP: JSON in, JSON out, every failure as `{error, code}` with its status. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as z from 'zod'
import { SandboxError } from '../error.ts'
import type { Control } from './control.ts'
import { PhoneChange } from './phone-changes.ts'
import * as Schema from './schemas.ts'
import { Send } from './send-schema.ts'

const LARGEST_BODY_BYTES = 32 * 1024 * 1024

export type Overview = { url: string; wsUrl: string; rootKey: string }

export function controlApp(control: Control, overview: () => Overview) {
  const app = new Hono()
  const number = (c: Context) => parse(Schema.PhoneNumber, c.req.param('number') ?? '')

  app.use(
    bodyLimit({
      maxSize: LARGEST_BODY_BYTES,
      onError: () => {
        throw new SandboxError('BODY_TOO_LARGE', `A body may have ${LARGEST_BODY_BYTES} bytes at most.`)
      },
    }),
  )

  app.get('/', async (c) => c.json({ ...overview(), phones: await control.phones() }))
  app.get('/phones', async (c) => c.json({ phones: await control.phones() }))

  app.post('/phones/:number/scan', async (c) => {
    const { qr } = await body(c, Schema.Scan)
    return c.json(await control.scan(number(c), qr))
  })
  app.post('/phones/:number/pair', async (c) => {
    const { code } = await body(c, Schema.Pair)
    return c.json(await control.pair(number(c), code))
  })
  app.post('/phones/:number/send', async (c) =>
    c.json(await control.send(number(c), await body(c, Send)), 201),
  )
  app.get('/phones/:number/inbox', async (c) => {
    return c.json(await control.inbox(number(c), parse(Schema.InboxQuery, c.req.query())))
  })
  app.get('/phones/:number/media/:id', async (c) => {
    const { mimetype, content } = await control.media(number(c), c.req.param('id'))
    return c.body(new Uint8Array(content), 200, { 'Content-Type': mimetype || 'application/octet-stream' })
  })
  app.post('/phones/:number/read', async (c) => {
    const { ids } = await body(c, Schema.Read)
    return c.json(await control.read(number(c), ids))
  })
  app.post('/phones/:number/typing', async (c) => {
    const { to, state } = await body(c, Schema.Typing)
    return c.json(await control.typing(number(c), to, state))
  })
  app.get('/phones/:number/activity', async (c) => c.json(await control.activity(number(c))))
  app.get('/messages/:id/receipts', async (c) => c.json(await control.receipts(c.req.param('id'))))
  app.put('/phones/:number/picture', async (c) => {
    const { data } = await body(c, Schema.Picture)
    return c.json(await control.picture(number(c), data))
  })
  app.put('/phones/:number/business', async (c) =>
    c.json(await control.business(number(c), await body(c, Schema.Business))),
  )
  app.get('/phones/:number/state', async (c) => c.json(await control.state(number(c))))
  app.patch('/phones/:number/state', async (c) =>
    c.json(await control.change(number(c), await body(c, PhoneChange))),
  )
  app.put('/phones/:number/past', async (c) =>
    c.json(await control.remember(number(c), await body(c, Schema.Past))),
  )
  app.post('/phones/:number/hide-number', async (c) => {
    const { hidden } = await body(c, Schema.HideNumber)
    return c.json(await control.hideNumber(number(c), hidden))
  })
  app.put('/phones/:number/username', async (c) => {
    const { username, key } = await body(c, Schema.Username)
    return c.json(await control.username(number(c), username, key))
  })
  app.post('/phones/:number/unlink', async (c) => {
    const { device } = await body(c, Schema.Unlink)
    return c.json(await control.unlink(number(c), device))
  })

  app.post('/groups', async (c) => c.json(await control.createGroup(await body(c, Schema.NewGroup)), 201))
  app.post('/phones/:number/call', async (c) => {
    const { to, video } = await body(c, Schema.Call)
    return c.json(await control.call(number(c), to, video), 201)
  })
  app.get('/calls/:id', async (c) => c.json(await control.callState(c.req.param('id'))))
  app.post('/calls/:id/hang-up', async (c) => c.json(await control.hangUp(c.req.param('id'))))
  app.post('/phones/:number/join', async (c) => {
    const { code } = await body(c, Schema.Pair)
    return c.json(await control.joinGroup(number(c), code))
  })
  app.get('/groups/:id', async (c) => c.json(await control.group(parse(Schema.GroupId, c.req.param('id')))))

  app.post('/channels', async (c) =>
    c.json(await control.createChannel(await body(c, Schema.NewChannel)), 201),
  )
  app.get('/channels/:id', async (c) => c.json(await control.channel(c.req.param('id'))))
  app.post('/phones/:number/follow', async (c) => {
    const { channel, off } = await body(c, Schema.Follow)
    return c.json(await control.follow(number(c), channel, off))
  })
  app.post('/phones/:number/mute', async (c) => {
    const { channel, off } = await body(c, Schema.Follow)
    return c.json(await control.muteChannel(number(c), channel, off))
  })

  app.get('/faults', async (c) => c.json(await control.faults()))
  app.post('/faults', async (c) => {
    const order = await body(c, Schema.FaultOrder)
    return c.json(await control.fault(order), order.off ? 200 : 201)
  })
  app.get('/stats', async (c) => c.json(await control.stats()))
  app.post('/reset', async (c) => {
    await control.reset()
    return c.json({ reset: true })
  })

  app.notFound((c) => c.json({ error: 'There is nothing at this address.', code: 'NOT_FOUND' }, 404))
  app.onError((error, c) => {
    const fault = error instanceof SandboxError ? error : control.broken(error)
    return c.json({ error: fault.message, code: fault.code }, fault.status)
  })
  return app
}

/** An absent body counts as an empty object, so that `curl -X POST …/unlink` works. */
async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text()
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new SandboxError('REQUEST_INVALID', 'The body is not JSON.')
  }
}

const body = async <S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> =>
  parse(schema, await readJson(c))

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue?.path.join('.')
  throw new SandboxError(
    'REQUEST_INVALID',
    where ? `${where}: ${issue?.message}` : (issue?.message ?? 'Invalid request.'),
  )
}
