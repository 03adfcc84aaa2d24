/**
 * Webhooks of Twilio at a fixed rate, signed by Twilio's own package: they are due at their times whether or not the
 * ones before were answered, and latency counts from then. A share of them is delivered twice, as Twilio may. At the
 * end the conversations say whether each message was stored, once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Stack } from '../support/stack.ts'
import { encode, inbound, signatureOf } from '../support/twilio-world.ts'

export type Load = {
  perSecond: number
  seconds: number
  /** How many write, and the number of the first. */
  people: number
  from: number
  /** The share that is delivered twice. */
  twice: number
  token: string
}

export type Loaded = {
  sent: number
  /** ms from when each was due until it was answered. */
  latencies: number[]
  /** Answers other than 200, and requests without one. */
  errors: number
  /** Second deliveries whose answer differs from the first. */
  differing: number
  lost: number
  doubled: number
}

const phoneOf = (n: number): string => `+1999${`${n}`.padStart(7, '0')}`

export async function load(stack: Stack, wanted: Load, progress: (text: string) => void): Promise<Loaded> {
  const { perSecond, seconds, people, from, twice, token } = wanted
  const url = `${stack.origin}/twilio-webhook-opt`
  const loaded: Loaded = { sent: 0, latencies: [], errors: 0, differing: 0, lost: 0, doubled: 0 }

  const post = async (body: string, signature: string) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature,
    }
    const response = await fetch(url, { method: 'POST', headers, body })
    return { status: response.status, text: await response.text() }
  }

  const deliver = async (n: number, due: number) => {
    const Body =
      n % 2 === 0
        ? `Message ${n}`
        : `I need ${(n % 9) + 1} units of Product ${String.fromCodePoint(65 + (n % 26))}, message ${n}`
    const form = inbound({ From: `whatsapp:${phoneOf(from + (n % people))}`, Body })
    const request = [encode(form), signatureOf(form, { url, token })] as const
    try {
      const first = await post(...request)
      loaded.latencies.push(performance.now() - due)
      if (first.status !== 200) loaded.errors++
      if (n % 100 >= twice * 100) return
      const second = await post(...request)
      if (second.text !== first.text) loaded.differing++
    } catch {
      loaded.errors++
    }
  }

  const all: Promise<void>[] = []
  const began = performance.now()
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = began + (n * 1000) / perSecond
    if (due > performance.now()) await pause(due - performance.now())
    if (n % (perSecond * 10) === 0) progress(`${n / perSecond} of ${seconds} s`)
    all.push(deliver(n, due))
    loaded.sent++
  }
  await Promise.all(all)
  progress('reading the conversations')
  return { ...loaded, ...(await count(stack, wanted, loaded.sent)) }
}

type History = { conversation_history: { content: string; direction: string }[]; message_count: number }

/** Each message has a number, so what is missing or there twice has one too. */
async function count(
  stack: Stack,
  { people, from }: Load,
  sent: number,
): Promise<Pick<Loaded, 'lost' | 'doubled'>> {
  const times = new Map<number, number>()
  for (let person = 0; person < people; person++) {
    const { status, body } = await stack.api<History>(
      `/session/${encodeURIComponent(phoneOf(from + person))}?limit=1000`,
    )
    if (status !== 200) continue
    for (const { content, direction } of body.conversation_history) {
      const [, number] = /message (\d+)$/i.exec(content) ?? []
      if (direction === 'inbound' && number) times.set(Number(number), (times.get(Number(number)) ?? 0) + 1)
    }
  }
  return { lost: sent - times.size, doubled: [...times.values()].filter((found) => found > 1).length }
}
