/**
 * A linked session of a running stack, made the way a user makes one: create, start, show the QR, scan it with a
 * simulated phone, wait until it is connected.
 */
import type { Stack } from './stack.ts'
import { until } from './until.ts'

export type Line = {
  sessionId: string
  /** The number that it is linked to, E.164. */
  number: string
}
export type Inbox = {
  messages: { id: string; from: string; type: string; text?: string; copies: number }[]
  retries: number
  undecryptable: number
}

export async function linkLine(
  stack: Pick<Stack, 'api' | 'sandbox'>,
  number: string,
  settings?: Record<string, unknown>,
  withinMs = 60_000,
  everyMs = 50,
): Promise<Line> {
  const created = await stack.api<{ session: { id: string } }>('/api/sessions', {
    json: { name: `Line ${number}`, ...(settings ? { settings } : {}) },
  })
  const sessionId = created.body.session.id
  await stack.api(`/api/sessions/${sessionId}/start`, { method: 'POST' })
  let scanned: string | undefined
  /** A pairing that is cut off shows another code, and whoever holds the phone scans that one. */
  const isConnected = async () => {
    const { body } = await stack.api<{ status: string }>(`/api/sessions/${sessionId}/status`)
    if (body.status === 'qr_generated') {
      const qr = await stack.api<{ qrText: string }>(`/api/sessions/${sessionId}/qr`)
      if (qr.status === 200 && qr.body.qrText !== scanned) {
        scanned = qr.body.qrText
        await stack.sandbox(`/phones/${number}/scan`, { json: { qr: scanned } })
      }
    }
    return body.status === 'connected'
  }
  await until(`line ${number} is connected`, isConnected, { withinMs, everyMs })
  return { sessionId, number }
}

export const untilStatus = (
  stack: Pick<Stack, 'api'>,
  sessionId: string,
  status: string,
  withinMs = 60_000,
): Promise<true> =>
  until(
    `session ${sessionId} is ${status}`,
    async () =>
      (await stack.api<{ status: string }>(`/api/sessions/${sessionId}/status`)).body.status === status,
    { withinMs },
  )

export const inbox = async (stack: Pick<Stack, 'sandbox'>, number: string): Promise<Inbox> =>
  (await stack.sandbox<Inbox>(`/phones/${number}/inbox`)).body
