/**
 * A state used to get its place in the log while messages with earlier places were still on their way there, so a
 * reader who asked for what came after the state never saw them.
 */
import { expect, test } from 'vitest'
import { read } from '#core/log-reader.ts'
import { connectorWorld } from '../support/connector.ts'
import { until } from '../support/until.ts'

const PHONE = '4915100000001'
const WRITERS = ['4915100000002', '4915100000003', '4915100000004']
const ROUNDS = 6
const MESSAGES = 10

test('who follows the event log by `after` through reconnects sees all of it', async () => {
  await using world = await connectorWorld()
  await world.connector()
  const { id } = await world.line(PHONE, { reconnectInterval: 100 })
  const seen: string[] = []
  let isOver = false
  const following = (async () => {
    for (;;) {
      const last = isOver
      const { items } = await read(world.store, id, { after: seen.at(-1) ?? '0', limit: 100 })
      seen.push(...items.map((event) => event.id))
      if (last && items.length === 0) return
    }
  })()

  for (let round = 1; round <= ROUNDS; round++) {
    await world.phones.fault({ kind: 'drop', number: PHONE })
    const writing = WRITERS.flatMap((writer) =>
      Array.from({ length: MESSAGES }, (_, nth) =>
        world.phones.send(writer, { to: PHONE, text: `${round}.${nth}` }),
      ),
    )
    await Promise.all(writing)
    await until('all messages of the round', async () => {
      const received = (await world.events(id)).filter(({ type }) => type === 'message.received')
      return received.length === round * WRITERS.length * MESSAGES
    })
    await world.untilStatus(id, 'connected')
  }
  isOver = true
  await following

  const all = (await world.events(id)).map((event) => event.id)
  expect(all.filter((event) => !seen.includes(event))).toEqual([])
})
