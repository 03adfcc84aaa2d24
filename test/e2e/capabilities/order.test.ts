import { expect } from 'vitest'
import { type CapabilityWorld, capability, oneLine } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const [PHONE, ANN, BOB] = ['4915700000001', '4915700000002', '4915700000003']
let w: CapabilityWorld
let id: string

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

const image = () => ({ image: { base64: sample.png.toString('base64') } })
const sent = async (message: Record<string, unknown>): Promise<string> => {
  const { status, body } = await w.call<{ message: { id: string } }>('POST', '/api/messages', {
    sessionId: id,
    ...message,
  })
  expect(status).toBe(202)
  return body.message.id
}
const inboxOf = async (number: string) => (await w.phones.inbox(number)).messages.map((one) => one.id)

capability(
  'A file that cannot be uploaded holds up its own chat and nobody else',
  'POST /api/messages {image}',
  async () => {
    await w.phones.fault({ kind: 'no-uploads' })
    const toAnn = [await sent({ to: ANN, ...image() }), await sent({ to: ANN, text: 'behind the file' })]
    const toBob = await sent({ to: BOB, text: 'not concerned' })
    await until('the other chat goes on', async () => (await inboxOf(BOB)).includes(toBob))
    expect(await inboxOf(ANN)).toEqual([])
    expect((await w.shown(id, toAnn[1] ?? '')).status).toBe('accepted')

    await w.phones.fault({ kind: 'no-uploads', off: true })
    await until('all of it', async () => (await inboxOf(ANN)).length === toAnn.length)
    expect(await inboxOf(ANN)).toEqual(toAnn)
  },
)

capability(
  'What waits behind a file goes out, once and in order, when its connector is gone',
  'POST /api/messages {image}',
  async () => {
    await w.phones.fault({ kind: 'no-uploads' })
    const before = await inboxOf(ANN)
    const first = await sent({ to: ANN, ...image() })
    const rest: string[] = []
    for (const n of [1, 2, 3]) rest.push(await sent({ to: ANN, text: `behind ${n}` }))
    const [connector] = w.running
    await connector?.stop()
    await w.phones.fault({ kind: 'no-uploads', off: true })
    await w.connector('c2')
    const all = [...before, first, ...rest]
    await until('all of it', async () => (await inboxOf(ANN)).length >= all.length, { withinMs: 30_000 })
    expect(await inboxOf(ANN)).toEqual(all)
  },
)
