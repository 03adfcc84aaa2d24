/** Messages of all kinds: a line writes them through the API until they are accepted, a person on the phone once. */
import { setTimeout as pause } from 'node:timers/promises'
import { png } from '../support/files.ts'
import type { Stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

type Its = Pick<Stack, 'api' | 'sandbox'>
export type Sent = { id: string; text: string; isLater: boolean }
/** Without an answer nobody knows whether it was sent, and there is no id. */
export type Written = { id: string | undefined; text: string }
type Kind = (typeof KINDS)[number]

export const KINDS = ['text', 'text', 'image', 'poll', 'location', 'later'] as const
const [AGAIN_MS, ANSWER_WITHIN_MS] = [100, 15_000]

/** @throws Error when the API refuses it for good */
export async function accepted(
  its: Its,
  place: { sessionId: string; to: string },
  kind: Kind,
  text: string,
): Promise<Sent> {
  const json = { ...place, ...saying(kind, text) }
  for (;;) {
    const answer = await its
      .api<{ message: { id: string } }>('/api/messages', {
        json,
        headers: { 'idempotency-key': text },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
      .catch(() => undefined)
    if (answer?.status === 202) return { id: answer.body.message.id, text, isLater: kind === 'later' }
    if (answer?.status === 400 && kind !== 'later')
      throw new Error(`${text} was refused: ${JSON.stringify(answer.body)}`)
    // Its time came before anybody could accept it.
    if (answer?.status === 400) Object.assign(json, saying(kind, text))
    await pause(AGAIN_MS)
  }
}

function saying(kind: Kind, text: string): object {
  switch (kind) {
    case 'image':
      return { image: { base64: png.toString('base64'), caption: text } }
    case 'poll':
      return { poll: { question: text, options: ['yes', 'no'] } }
    case 'location':
      return { location: { latitude: 1, longitude: 2, name: text } }
    case 'later':
      return { text, sendAt: new Date(Date.now() + 4_000).toISOString() }
    default:
      return { text }
  }
}

/** @param vote the id of a poll, to vote in it instead */
export async function typed(
  its: Its,
  person: string,
  to: string,
  text: string,
  vote?: string,
): Promise<Written> {
  const json = vote ? { to, vote: { id: vote, options: ['yes'] } } : { to, text }
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
  const answer = await its
    .sandbox<{ id: string }>(`/phones/${person}/send`, { json, signal })
    .catch(() => undefined)
  if (answer?.status === 201) return { id: answer.body.id, text }
  const isThere = () =>
    its.sandbox('/stats').then(
      () => true,
      () => false,
    )
  await until('the sandbox is there', isThere, { withinMs: 60_000 })
  return { id: undefined, text }
}
