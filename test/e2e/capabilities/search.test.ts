import { afterAll, beforeAll, expect } from 'vitest'
import {
  type CapabilityWorld,
  capability,
  capabilityWorld,
  jidOf,
  type Shown,
} from '../../support/capability.ts'
import { png } from '../../support/files.ts'

const PHONE = '4915100000001'
const [ANN, BOB] = ['4915100000002', '4915100000003']
let w: CapabilityWorld
let id: string
let mine: Shown

type Page = { messages: Shown[]; nextCursor: string | null }
const found = async (query: Record<string, string>) => {
  const { body } = await w.call<Page>('GET', `/api/sessions/${id}/messages?${new URLSearchParams(query)}`)
  return body.messages?.map(({ chatId, text, type }) => [chatId, text ?? type])
}

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  for (const [number, text] of [
    [ANN, 'Where is my Invoice?'],
    [BOB, 'Hello'],
    [BOB, 'The invoice is paid'],
  ] as const) {
    const sent = await w.phones.send(number, { to: PHONE, text })
    await w.received(id, sent.id)
  }
  mine = await w.sends(id, { to: ANN, image: { base64: png.toString('base64'), caption: 'Your invoice' } })
})
afterAll(() => w.close())

capability('Search messages', 'GET /api/sessions/{sessionId}/messages', async () => {
  expect(await found({ search: 'INVOICE' })).toEqual([
    [jidOf(ANN), 'Your invoice'],
    [jidOf(ANN), 'Where is my Invoice?'],
    [jidOf(BOB), 'The invoice is paid'],
  ])
  expect(await found({ search: 'invoice', chatId: `+${BOB}` })).toEqual([[jidOf(BOB), 'The invoice is paid']])
  expect(await found({ type: 'image' })).toEqual([[jidOf(ANN), 'Your invoice']])
  expect(await found({ fromMe: 'false', search: 'hello' })).toEqual([[jidOf(BOB), 'Hello']])
  expect(await found({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
  expect(await found({ to: mine.createdAt as string, type: 'video' })).toEqual([])
  const path = `/api/sessions/${id}/messages?limit=2&search=invoice`
  const first = await w.call<Page>('GET', path)
  const second = await w.call<Page>('GET', `${path}&cursor=${first.body.nextCursor}`)
  expect([first.body.messages.length, second.body.messages.length]).toEqual([2, 1])
  expect(await w.call('GET', `/api/sessions/${id}/messages?from=yesterday`)).toMatchObject({
    body: { code: 'VALIDATION_ERROR' },
  })
})

capability('Search what is kept sealed', 'GET /api/sessions/{sessionId}/messages', async () => {
  id = (await w.line('4915100000022', { enableEncryption: true })).id
  const sent = await w.phones.send(ANN, { to: '4915100000022', text: 'A secret invoice' })
  await w.received(id, sent.id)
  expect(await found({ search: 'secret' })).toEqual([[jidOf(ANN), 'A secret invoice']])
})
