/**
 * Twilio's REST API on this machine, as far as sending a message goes: it checks what Twilio checks, answers as Twilio
 * answers, and remembers what it was asked. That the official client accepts it is part of the tests.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const SID = 'AC00000000000000000000000000000001'
export const SECRET = 'auth-token-of-tests'

export type Request = {
  method: string
  path: string
  authorization: string
  type: string
  form: Record<string, string>
}
type Refusal = { status: number; code: number; message: string }

export async function fakeTwilio() {
  const requests: Request[] = []
  const mood: { refusal?: Refusal | undefined; hang?: boolean; garbled?: boolean } = {}
  let sids = 0

  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const form = Object.fromEntries(new URLSearchParams(text))
    const path = request.url ?? ''
    const authorization = request.headers.authorization ?? ''
    const type = request.headers['content-type'] ?? ''
    requests.push({ method: request.method ?? '', path, authorization, type, form })
    if (mood.hang) return
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(mood.garbled ? '<html>' : JSON.stringify(body))
    }
    const refuse = ({ status, code, message }: Refusal) =>
      answer(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
    const refusal = mistakeOf(requests.at(-1) as Request) ?? mood.refusal
    if (refusal) return refuse(refusal)
    return answer(201, {
      sid: `SM${(++sids).toString(16).padStart(32, '0')}`,
      account_sid: SID,
      api_version: '2010-04-01',
      body: form.Body,
      date_created: 'Thu, 01 Jan 2026 12:00:00 +0000',
      date_updated: 'Thu, 01 Jan 2026 12:00:00 +0000',
      date_sent: null,
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from: form.From,
      to: form.To,
      messaging_service_sid: null,
      num_media: '0',
      num_segments: '1',
      price: null,
      price_unit: null,
      status: 'queued',
      subresource_uris: {},
      uri: `/2010-04-01/Accounts/${SID}/Messages/SM.json`,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mood,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** What Twilio finds wrong with a request, with its own codes. */
function mistakeOf({ method, path, authorization, form }: Request): Refusal | undefined {
  const expected = `Basic ${Buffer.from(`${SID}:${SECRET}`).toString('base64')}`
  if (authorization !== expected) return { status: 401, code: 20003, message: 'Authenticate' }
  if (path !== `/2010-04-01/Accounts/${SID}/Messages.json` || method !== 'POST')
    return { status: 404, code: 20404, message: 'The requested resource was not found' }
  if (!form.To) return { status: 400, code: 21211, message: "The 'To' number is not valid." }
  if (!form.From) return { status: 400, code: 21603, message: "A 'From' phone number is required." }
  if (!form.Body) return { status: 400, code: 21619, message: 'A text message body is required.' }
  return
}
