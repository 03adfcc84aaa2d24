import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jpeg } from '../support/files.ts'
import { inbox, type Line, linkLine, untilStatus } from '../support/line.ts'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const OWN = '+4915155500011'
const FRIEND = '+4915155500012'
type Message = { id: string; status: string; media?: { state: string; url?: string } }

let it: Stack
let line: Line
beforeAll(async () => {
  it = await stack({ env: { CONNECTOR_RESTART_MS: '100' } })
  line = await linkLine(it, OWN)
})
afterAll(() => it?.close())

/** As soon as there is one: it may be busy with what the one before it has left. */
const killConnector = () =>
  until('a connector is killed', async () => {
    await it.kill('connector-1')
    return true
  })
const picture = () => Buffer.concat([jpeg, randomBytes(200_000)])
const shown = async (id: string): Promise<Message> =>
  (await it.api<{ message: Message }>(`/api/messages/${id}?sessionId=${line.sessionId}`)).body.message
const send = async (content: Record<string, unknown>): Promise<string> => {
  const { status, body } = await it.api<{ message: Message }>('/api/messages', {
    json: { sessionId: line.sessionId, to: FRIEND, ...content },
  })
  expect(status).toBe(202)
  return body.message.id
}

test('killed in the middle of sending files, all arrive once, in their order, and whole', async () => {
  const contents = new Map<string, Buffer>()
  const order: string[] = []
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 4; n++) {
      const content = picture()
      const id = await send({
        image: { base64: content.toString('base64'), caption: `picture ${round}.${n}` },
      })
      contents.set(id, content)
      order.push(id, await send({ text: `text ${round}.${n}` }))
    }
    await killConnector()
  }
  await untilStatus(it, line.sessionId, 'connected')
  const { messages, undecryptable } = await until(
    'all of them',
    async () => {
      const found = await inbox(it, FRIEND)
      return found.messages.length >= order.length && found
    },
    { withinMs: 60_000 },
  )
  expect(messages.map(({ id }) => id)).toEqual(order)
  expect(undecryptable).toBe(0)
  for (const [id, content] of contents) {
    const answer = await fetch(`${it.sandboxOrigin}/phones/${FRIEND}/media/${id}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(content), id).toBe(true)
  }
})

test('killed while a file is fetched, it is fetched by the next one; its link survives that all is killed', async () => {
  const content = picture()
  const files: string[] = []
  for (let n = 0; n < 5; n++) {
    const { body } = await it.sandbox<{ id: string }>(`/phones/${FRIEND}/send`, {
      json: { to: OWN, image: { data: content.toString('base64'), mimetype: 'image/jpeg' } },
    })
    files.push(body.id)
    if (n === 2) await killConnector()
  }
  const stored = (id: string) =>
    until(
      `the file of ${id}`,
      async () => {
        const { media } = await shown(id)
        return media?.state === 'stored' && media.url
      },
      { withinMs: 60_000 },
    )
  const urls = await Promise.all(files.map(stored))
  await it.kill('all')
  await it.restart()
  for (const url of urls) {
    const answer = await fetch(url)
    expect(answer.status).toBe(200)
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true)
  }
})
