/** What a webhook of Twilio costs: of people whom the hook knows, an order every other time, alone and many at once. */
import { encode, inbound, signatureOf } from '../../support/twilio-world.ts'
import { inTurn, upTo } from './in-turn.ts'
import type { Cost, Metered } from './metered.ts'

/** To be in the environment of the stack that is measured. */
export const WEBHOOK_ENV = { TWILIO_AUTH_TOKEN: 'auth-token-of-the-bench' }
export const WEBHOOK_KINDS = ['alone', 'busy'] as const

const PEOPLE = 20
const AT_ONCE = 60
const ALONE_MS = 300

/** To be called after `idle`. @param amounts how many webhooks of each kind */
export async function countWebhooks(
  { stack, cost, quiet }: Metered,
  amounts: Record<(typeof WEBHOOK_KINDS)[number], number>,
): Promise<Record<(typeof WEBHOOK_KINDS)[number], Cost>> {
  const url = `${stack.origin}/twilio-webhook-opt`
  const post = async (n: number) => {
    const Body = n % 2 === 0 ? `Hello, ${n}` : `I need ${(n % 9) + 1} units of Product A`
    const form = inbound({ From: `whatsapp:+1888000${1_000 + (n % PEOPLE)}`, Body })
    const signature = signatureOf(form, { url, token: WEBHOOK_ENV.TWILIO_AUTH_TOKEN })
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
    }
    const { status } = await fetch(url, { method: 'POST', headers, body: encode(form) })
    if (status !== 200) throw new Error(`the webhook answered ${status}`)
  }
  await inTurn(upTo(PEOPLE), 4, post)
  return {
    alone: await cost(async () => {
      for (const n of upTo(amounts.alone)) {
        await post(n)
        await quiet(ALONE_MS)
      }
      return amounts.alone
    }),
    busy: await cost(async () => {
      await inTurn(upTo(amounts.busy), AT_ONCE, post)
      return amounts.busy
    }),
  }
}
