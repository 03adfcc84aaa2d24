import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, CAROL, jidOf, stage } from '../testing/stage.ts'

/** The status with which the sandbox answers a client that asks for a WebSocket. */
async function answerToUpgrade(wsUrl: string): Promise<number | undefined> {
  const asking = get(wsUrl.replace('ws:', 'http:'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  })
  const answered = await Promise.race([once(asking, 'response'), once(asking, 'upgrade')])
  asking.destroy()
  return (answered[0] as IncomingMessage).statusCode
}

test('drop cuts the connections of one number, and nobody else', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  expect(await s.control.fault({ kind: 'drop', number: ALICE })).toMatchObject({ struck: 1 })
  await eventually(() => alice.closes.some(({ code }) => code === 428))
  expect(bob.isOpen).toBe(true)
  expect(await s.control.faults()).toEqual({ faults: [] })
  await s.client(alice.memory).connect().ready()
})

test('drop for a while also cuts who comes back', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await s.control.fault({ kind: 'drop', number: ALICE, forMs: 60_000 })
  await eventually(() => alice.closes.some(({ code }) => code === 428))
  const again = s.client(alice.memory).connect()
  await eventually(() => again.closes.length === 1)
  expect(await s.control.fault({ kind: 'drop', number: ALICE, off: true })).toEqual({
    kind: 'drop',
    released: 1,
  })
  await s.client(alice.memory).connect().ready()
})

test('replace is a conflict with status 440', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await s.control.fault({ kind: 'replace', number: ALICE })
  await eventually(() => alice.closes.some(({ code }) => code === 440))
})

test('refuse rejects the WebSocket upgrade until its time is over', async () => {
  await using s = await stage()
  await s.control.fault({ kind: 'refuse' })
  expect(await answerToUpgrade(s.box.wsUrl)).toBe(503)
  await s.control.fault({ kind: 'refuse', off: true })
  expect(await answerToUpgrade(s.box.wsUrl)).toBe(101)

  await s.control.fault({ kind: 'refuse', forMs: 100 })
  await eventually(async () => (await s.control.faults()).faults.length === 0)
  await s.link(ALICE)
})

test('refuse for one number cuts its logins before they succeed', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await alice.stop()
  await s.control.fault({ kind: 'refuse', number: ALICE })
  const refused = s.client(alice.memory).connect()
  await eventually(() => refused.closes.length === 1)
  await s.link(BOB)
})

test('stall: nothing is answered, and all of it goes on afterwards', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  await s.control.fault({ kind: 'stall', number: ALICE })
  const id = await bob.send(jidOf(CAROL), 'others are not concerned')
  await eventually(() => bob.acks.has(id))
  const stuck = alice.send(jidOf(CAROL), 'stuck')
  const silent = await s.control.send(CAROL, { to: ALICE, text: 'held back' })
  await eventually(async () => (await s.control.inbox(CAROL)).messages.length === 1)
  expect(alice.textOf(silent.id)).toBeUndefined()
  await s.control.fault({ kind: 'stall', off: true })
  await eventually(() => alice.textOf(silent.id) === 'held back')
  const stuckId = await stuck
  await eventually(() => alice.acks.has(stuckId))
})

test('stall for all: a new connection is accepted and hears nothing', async () => {
  await using s = await stage()
  await s.control.fault({ kind: 'stall' })
  const client = s.client(undefined, { connectTimeoutMs: 200 }).connect()
  await eventually(() => client.closes.length === 1)
  expect(client.closes[0]).toMatchObject({ code: 408 })
})

test('restrict refuses messages with 463 and shows them to nobody', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  await s.control.fault({ kind: 'restrict', number: ALICE })
  const refused = await alice.send(jidOf(CAROL), 'no')
  const accepted = await bob.send(jidOf(CAROL), 'yes')
  await eventually(() => alice.acks.has(refused) && bob.acks.has(accepted))
  expect([alice.acks.get(refused), bob.acks.get(accepted)]).toEqual(['463', undefined])
  await eventually(() => alice.statuses(refused).includes(0))
  expect((await s.control.inbox(CAROL)).messages.map((message) => message.text)).toEqual(['yes'])
})

test('restrict lets those be written to who have written before, and groups', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const { id: group } = await s.control.createGroup({
    creator: BOB,
    subject: 'Friends',
    participants: [ALICE],
  })
  const { id: first } = await s.control.send(BOB, { to: ALICE, text: 'write to me' })
  await eventually(() => alice.textOf(first) === 'write to me')
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  await s.control.fault({ kind: 'restrict', number: ALICE })
  const ids = [jidOf(CAROL), jidOf(BOB), group].map((to) => alice.send(to, 'hello'))
  const [toStranger, toFriend, toGroup] = await Promise.all(ids)
  await eventually(() => [toStranger, toFriend, toGroup].every((id) => alice.acks.has(id ?? '')))
  expect([toStranger, toFriend, toGroup].map((id) => alice.acks.get(id ?? ''))).toEqual([
    '463',
    undefined,
    undefined,
  ])
})

test('late-acks: the message arrives, its acknowledgement later', async () => {
  await using s = await stage({ receiptDelayMs: 0 })
  const alice = await s.link(ALICE)
  await s.control.fault({ kind: 'late-acks', delayMs: 400 })
  const came: string[] = []
  alice.socket.ws.on('CB:receipt', ({ tag }) => came.push(tag))
  alice.socket.ws.on('CB:ack,class:message', ({ tag }) => came.push(tag))
  const id = await alice.send(jidOf(BOB), 'late')
  await eventually(() => alice.acks.has(id))
  expect(came).toEqual(['receipt', 'ack'])
})

test('duplicate: a companion gets every message twice', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  const before = (await s.control.stats()).totals.messagesOut
  await s.control.fault({ kind: 'duplicate', number: ALICE })
  const { id } = await s.control.send(BOB, { to: ALICE, text: 'twice' })
  await eventually(() => alice.textOf(id) === 'twice')
  expect((await s.control.stats()).totals.messagesOut - before).toBe(2)
})

test('unavailable: everybody is sent away with 503, and let in again afterwards', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await s.control.fault({ kind: 'unavailable' })
  await eventually(() => alice.closes.some(({ code }) => code === 503))
  const again = s.client(alice.memory).connect()
  await eventually(() => again.closes.length === 1)
  expect(again.closes[0]).toMatchObject({ code: 503 })
  const unlinked = s.client().connect()
  await eventually(() => unlinked.closes.length === 1)
  await s.control.fault({ kind: 'unavailable', off: true })
  await s.client(alice.memory).connect().ready()
})

test('hold-receipts: none for one number until it is released, also over a reconnect', async () => {
  await using s = await stage({ receiptDelayMs: 0 })
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  await s.control.fault({ kind: 'hold-receipts', number: ALICE })
  const held = await alice.send(jidOf(CAROL), 'held')
  const free = await bob.send(jidOf(CAROL), 'free')
  await eventually(() => bob.receiptsOf(free).includes('delivery'))
  await alice.stop()
  const back = await s.client(alice.memory).connect().ready()
  const { id } = await s.control.send(CAROL, { to: ALICE, text: 'messages still come' })
  await eventually(() => back.textOf(id) !== undefined)
  expect([...alice.receiptsOf(held), ...back.receiptsOf(held)]).toEqual([])
  await s.control.fault({ kind: 'hold-receipts', off: true })
  await eventually(() => back.receiptsOf(held).includes('delivery'))
})
