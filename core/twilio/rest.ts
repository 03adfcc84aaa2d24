/**
 * Sending a message through Twilio's REST API: the one call that replies need, made as Twilio's own client makes it.
 * That client is 3.6 MB bundled and takes 120 ms to load, for one form-encoded POST.
 */
import * as z from 'zod'
import { Fault } from '../platform/fault.ts'

export type TwilioRest = {
  /**
   * @returns Twilio's SID of the message and its first status
   * @throws Fault REPLY_REFUSED when Twilio says no; DEPENDENCY_UNAVAILABLE when it is unknown whether it took it
   */
  send(message: { from: string; to: string; body: string }): Promise<{ sid: string; status: string }>
}

export type TwilioRestOptions = {
  accountSid: string
  authToken: string
  /** Without a slash at the end, such as https://api.twilio.com. */
  apiUrl: string
  /** Where Twilio shall tell what became of a message; undefined where it could not reach us. */
  statusCallback: string | undefined
}

/** As long as Twilio's own client waits. */
const ANSWERS_WITHIN_MS = 30_000

const Created = z.object({ sid: z.string(), status: z.string() })
const Refusal = z.object({ code: z.number().optional(), message: z.string().optional() })

export function twilioRest({ accountSid, authToken, apiUrl, statusCallback }: TwilioRestOptions): TwilioRest {
  const url = `${apiUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

  return {
    async send({ from, to, body }) {
      const form = new URLSearchParams({ To: to, From: from, Body: body })
      if (statusCallback) form.set('StatusCallback', statusCallback)
      const [status, answer] = await post(url, authorization, form)
      const created = Created.safeParse(answer)
      if (status >= 200 && status < 300 && created.success) return created.data
      if (status >= 500 || status < 400) throw unknown(new Error(`Twilio answered ${status}`))
      const refusal = Refusal.safeParse(answer).data ?? {}
      throw new Fault(
        'REPLY_REFUSED',
        `Twilio refused the message: ${refusal.message ?? `status ${status}`}`,
        {
          details: { twilioStatus: status, ...(refusal.code ? { twilioCode: refusal.code } : {}) },
        },
      )
    },
  }
}

async function post(url: string, authorization: string, body: URLSearchParams): Promise<[number, unknown]> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, accept: 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    })
    const text = await response.text()
    return [response.status, parse(text)]
  } catch (cause) {
    throw unknown(cause)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}

const unknown = (cause: unknown) =>
  new Fault(
    'DEPENDENCY_UNAVAILABLE',
    'Twilio did not answer, so it is unknown whether the message was sent.',
    { cause },
  )
