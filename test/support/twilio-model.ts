/**
 * An OpenAI-compatible endpoint on this machine, for tests: it answers as it is told to, well, badly, late or not at
 * all, and remembers what it was asked.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  authorization: string | undefined
  path: string
  model: string
  format: string
  /** What the customer wrote. */
  message: string
  order: unknown[]
}
type Answer = { status?: number; body?: unknown; raw?: string; afterMs?: number; hang?: boolean }

/** A completion with this content. */
export const completion = (content: unknown, tokens = 100) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'test',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: {
        role: 'assistant',
        content: typeof content === 'string' ? content : JSON.stringify(content),
      },
    },
  ],
  usage: { prompt_tokens: tokens - 10, completion_tokens: 10, total_tokens: tokens },
})

/** What a model says of an order of these items. */
export const order = (...items: { name: string; quantity: number; unit?: string }[]) => ({
  changes: items.map((item) => ({ action: 'set', unit: null, unit_price: null, ...item })),
  customer_name: null,
  delivery_address: null,
  total_amount: null,
  currency: null,
})

export async function fakeModel(
  answer: (asked: Asked, call: number) => Answer = () => ({ body: completion(order()) }),
) {
  const asked: Asked[] = []
  const given = { answer }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = JSON.parse(text)
    const { message, order_so_far: order } = JSON.parse(body.messages.at(-1).content)
    const one: Asked = {
      authorization: request.headers.authorization,
      path: request.url ?? '',
      model: body.model,
      format: body.response_format.type,
      message,
      order,
    }
    asked.push(one)
    const { status = 200, body: content, raw, afterMs = 0, hang } = given.answer(one, asked.length)
    if (hang) return
    setTimeout(() => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(raw ?? JSON.stringify(content ?? { error: { message: 'no' } }))
    }, afterMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    /** From now on it answers so. */
    answers(next: typeof answer) {
      given.answer = next
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
