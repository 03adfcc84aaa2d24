/** The QR code that a phone scans to link the session; as JSON, or bare in the format that is asked for. */

import type { Context } from 'hono'
import * as z from 'zod'
import { Fault } from '#core/platform/fault.ts'
import type { Session, State } from '#core/session.ts'
import { adviceOn, type Shown } from '#core/sessions/index.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { faults, json, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import * as draw from './qr-image.ts'
import { shown } from './view.ts'

const Format = z.enum(['json', 'png', 'svg', 'raw', 'terminal'])
type Format = z.infer<typeof Format>

/** What an `Accept` header may ask for; anything else gets JSON. */
const ACCEPTED: Record<string, Format> = {
  'application/json': 'json',
  'image/png': 'png',
  'image/*': 'png',
  'image/svg+xml': 'svg',
  'text/plain': 'raw',
  '*/*': 'json',
}

const QrCode = z
  .object({
    success: z.literal(true),
    qrCode: z
      .string()
      .meta({ description: 'Data URL of a PNG, 256×256', example: 'data:image/png;base64,iVBORw0…' }),
    qrText: z.string().meta({ description: 'What the code says; a secret until it is scanned' }),
    expiresAt: z.iso.datetime(),
    message: z.string(),
  })
  .meta({ id: 'QrCode' })

const qr = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/qr',
  tags: ['Sessions'],
  summary: 'The QR code to scan',
  description:
    'On the phone: WhatsApp → Settings → Linked devices → Link a device. A code lives for up to a minute and is then replaced, so ask again after `expiresAt`. `?format=png|svg|raw|terminal`, or an `Accept` of `image/png`, `image/svg+xml` or `text/plain`, gives the bare thing.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({ format: Format.optional() }),
  },
  responses: {
    200: {
      description: 'The QR code',
      content: {
        ...json(QrCode),
        'image/png': { schema: z.string().meta({ format: 'binary' }) },
        'image/svg+xml': { schema: z.string() },
        'text/plain': { schema: z.string() },
      },
    },
    ...faults(
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'SESSION_ALREADY_CONNECTED',
      'QR_CODE_EXPIRED',
      'QR_CODE_NOT_AVAILABLE',
    ),
  },
})

export const sessionQr = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...qr, middleware: access(deps) }, async (c) => {
    const session = theSession(c)
    const code = codeOf(session, await shown(deps, session), deps.store.now())
    const format = c.req.valid('query').format ?? acceptedFormat(c)
    if (format !== 'json') return bare(c, format, code.text)
    const image = await draw.png(code.text)
    return c.json(
      {
        success: true as const,
        qrCode: `data:image/png;base64,${image.toString('base64')}`,
        qrText: code.text,
        expiresAt: code.expiresAt,
        message: 'QR code generated successfully',
      },
      200,
    )
  })

/** @throws Fault that says why there is nothing to scan, and what to do */
function codeOf({ state }: Session, now: Shown, at: number): NonNullable<State['qr']> {
  const details = {
    currentStatus: now.status,
    ...(now.reason ? { reason: now.reason } : {}),
    action: adviceOn(now),
  }
  if (now.status === 'connected')
    throw new Fault('SESSION_ALREADY_CONNECTED', 'Session is already connected', { details })
  if (now.status === 'qr_generated' && state.qr) {
    if (Date.parse(state.qr.expiresAt) > at) return state.qr
    throw expired({ ...details, action: 'Generate a new QR code: ask again in a few seconds' })
  }
  if (now.reason?.startsWith('qr_')) throw expired(details)
  throw new Fault('QR_CODE_NOT_AVAILABLE', 'There is no QR code to scan at the moment', {
    details: {
      ...details,
      action: now.status === 'connecting' ? 'Please ask again in a few seconds' : details.action,
    },
  })
}

const expired = (details: Record<string, unknown>) =>
  new Fault('QR_CODE_EXPIRED', 'QR code has expired', { details })

/** What is wanted most, and of that what stands first. */
function acceptedFormat(c: Context): Format {
  const [best] = (c.req.header('accept') ?? '')
    .split(',')
    .map(wish)
    .filter(({ format, weight }) => format && weight > 0)
    .sort((one, other) => other.weight - one.weight)
  return best?.format ?? 'json'
}

/** `image/png;q=0.5`: a type and how much it is wanted, from 0 to 1 (RFC 9110, section 12.5.1). */
function wish(text: string) {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { format: ACCEPTED[type], weight: Number(weight ?? 1) }
}

async function bare(c: Context, format: Exclude<Format, 'json'>, text: string) {
  switch (format) {
    case 'png':
      return c.body(new Uint8Array(await draw.png(text)), 200, { 'Content-Type': 'image/png' })
    case 'svg':
      return c.body(draw.svg(text), 200, { 'Content-Type': 'image/svg+xml' })
    case 'raw':
      return c.text(text)
    case 'terminal':
      return c.text(draw.terminal(text))
  }
}
