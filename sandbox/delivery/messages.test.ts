import { expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, CAROL, jidOf, stage } from '../testing/stage.ts'
import { at, child, uintOf } from '../wire/nodes.ts'

test('many messages in both directions, each shown once', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const toBob = await Promise.all(Array.from({ length: 20 }, (_, n) => alice.send(jidOf(BOB), `out ${n}`)))
  const toAlice = await Promise.all(
    Array.from({ length: 20 }, (_, n) => s.control.send(BOB, { to: ALICE, text: `in ${n}` })),
  )
  await eventually(async () => (await s.control.inbox(BOB)).messages.length === 20)
  await eventually(() => toAlice.every(({ id }, n) => alice.textOf(id) === `in ${n}`))
  const { messages, retries, undecryptable } = await s.control.inbox(BOB)
  expect(new Set(messages.map((message) => message.id))).toEqual(new Set(toBob))
  expect(messages.every((message) => message.copies === 1)).toBe(true)
  expect({ retries, undecryptable }).toEqual({ retries: 0, undecryptable: 0 })
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
})

test('a message that is sent again under its id is shown once and counted', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const id = await alice.send(jidOf(BOB), 'once')
  await alice.send(jidOf(BOB), 'once', id)
  await eventually(async () => (await s.control.inbox(BOB)).messages[0]?.copies === 2)
  expect((await s.control.inbox(BOB)).messages).toHaveLength(1)
})

test('the inbox pages by the last id or by time', async () => {
  await using s = await stage()
  const ids: string[] = []
  for (const text of ['a', 'b', 'c']) ids.push((await s.control.send(ALICE, { to: BOB, text })).id)
  const texts = async (page: { after?: string; limit?: number }) =>
    (await s.control.inbox(BOB, page)).messages.map((message) => message.text)
  expect(await texts({})).toEqual(['a', 'b', 'c'])
  expect(await texts({ after: ids[0]! })).toEqual(['b', 'c'])
  expect(await texts({ after: ids[0]!, limit: 1 })).toEqual(['b'])
  expect(await texts({ after: '2020-01-01T00:00:00Z' })).toEqual(['a', 'b', 'c'])
  expect(await texts({ after: '2999-01-01T00:00:00Z' })).toEqual([])
  await expect(texts({ after: 'what?' })).rejects.toMatchObject({ code: 'CURSOR_UNKNOWN', status: 400 })
})

test('what comes while a companion is away waits for it, in order', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  await alice.stop()
  const sent: string[] = []
  for (const text of ['one', 'two', 'three']) sent.push((await s.control.send(BOB, { to: ALICE, text })).id)
  expect((await s.control.stats()).undelivered[`${ALICE}:1`]).toBeGreaterThanOrEqual(3)

  const back = await s.client(alice.memory).connect().ready()
  await eventually(() => back.textOf(sent[2]!) === 'three')
  const order = back.messages.map((message) => message.key?.id).filter((id) => sent.includes(id ?? ''))
  expect(order).toEqual(sent)
  await eventually(async () => (await s.control.stats()).undelivered[`${ALICE}:1`] === undefined)
})

test('a receipt that falls due while the sender is away reaches it later', async () => {
  await using s = await stage({ receiptDelayMs: 60_000 })
  const alice = await s.link(ALICE)
  const id = await alice.send(jidOf(BOB), 'and gone')
  await eventually(() => alice.acks.has(id))
  await alice.stop()
  await s.control.read(BOB, [id])
  const back = await s.client(alice.memory).connect().ready()
  await eventually(() => back.statuses(id).includes(4))
  expect(back.receiptsOf(id)).toEqual(['delivery', 'read'])
})

test('a message is never read before it was delivered', async () => {
  await using s = await stage({ receiptDelayMs: 60_000 })
  const alice = await s.link(ALICE)
  const id = await alice.send(jidOf(BOB), 'quick')
  await eventually(async () => (await s.control.inbox(BOB)).messages.length === 1)
  await s.control.read(BOB, [id])
  await eventually(() => alice.statuses(id).includes(4))
  expect(alice.receiptsOf(id)).toEqual(['delivery', 'read'])
  await expect(s.control.read(BOB, ['nope'])).rejects.toMatchObject({
    code: 'MESSAGE_NOT_FOUND',
    status: 404,
  })
})

test("what is typed on a person's own phone reaches the companions as own message", async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const { id } = await s.control.send(ALICE, { to: BOB, text: 'from my phone' })
  await eventually(() => alice.textOf(id) === 'from my phone' && bob.textOf(id) === 'from my phone')
  const [own, received] = [alice, bob].map((each) => each.messages.find((message) => message.key?.id === id))
  expect(own?.key).toMatchObject({ fromMe: true, remoteJidAlt: jidOf(BOB) })
  expect(received?.key).toMatchObject({ fromMe: false, remoteJidAlt: jidOf(ALICE) })
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
})

test("a companion's message is known to its own phone, apart from what others wrote", async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const id = await alice.send(jidOf(BOB), 'hi')
  await eventually(async () => (await s.control.inbox(BOB)).messages.length === 1)
  expect((await s.control.inbox(ALICE)).messages).toEqual([])
  const own = await s.control.inbox(ALICE, { own: true })
  expect(own.messages).toMatchObject([{ id, from: ALICE, to: BOB, text: 'hi', fromMe: true }])
})

test('two real clients talk with each other, and see who has read what', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const id = await alice.send(jidOf(BOB), 'client to client')
  await eventually(() => bob.textOf(id) === 'client to client')
  const { key } = bob.messages.find((message) => message.key?.id === id)!
  expect(key).toMatchObject({ remoteJidAlt: jidOf(ALICE), fromMe: false })
  await eventually(() => alice.statuses(id).includes(3))
  await bob.socket.readMessages([{ remoteJid: key!.remoteJid!, id, fromMe: false }])
  await eventually(() => alice.statuses(id).includes(4))

  const answer = await bob.send(key!.remoteJid!, 'and back')
  await eventually(() => alice.textOf(answer) === 'and back')
  expect((await s.control.inbox(ALICE)).messages).toMatchObject([{ id: answer, text: 'and back' }])
})

test('two companions of one person see what the other writes', async () => {
  await using s = await stage()
  const [first, second] = [await s.link(ALICE), await s.link(ALICE)]
  const id = await first.send(jidOf(BOB), 'from the first')
  await eventually(() => second.textOf(id) === 'from the first')
  expect(second.messages.find((message) => message.key?.id === id)?.key).toMatchObject({ fromMe: true })
  const { id: answer } = await s.control.send(BOB, { to: ALICE, text: 'for both' })
  await eventually(() => first.textOf(answer) === 'for both' && second.textOf(answer) === 'for both')
})

test('who has asked for the devices of somebody learns about a new one', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const before = await alice.send(jidOf(BOB), 'before')
  await eventually(() => bob.textOf(before) === 'before')
  const late = await s.link(BOB)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  const after = await alice.send(jidOf(BOB), 'after')
  const own = await bob.send(jidOf(ALICE), 'own')
  await eventually(() => late.textOf(after) === 'after' && late.textOf(own) === 'own')
  await s.control.unlink(BOB, 2)
  await eventually(async () => Object.keys((await s.control.stats()).undelivered).length === 0)
  const last = await alice.send(jidOf(BOB), 'last')
  await eventually(() => bob.textOf(last) === 'last')
})

test('typing shows, whoever types', async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  await s.control.typing(CAROL, ALICE, 'recording')
  await eventually(() => alice.presences.length === 1)
  expect(Object.values(alice.presences[0]!.presences)).toEqual([{ lastKnownPresence: 'recording' }])
  await bob.socket.sendPresenceUpdate('composing', jidOf(ALICE))
  await eventually(() => alice.presences.length === 2)
  expect(Object.values(alice.presences[1]!.presences)).toEqual([{ lastKnownPresence: 'composing' }])
  await alice.socket.presenceSubscribe(jidOf(CAROL))
  await eventually(() => alice.presences.length === 3)
})

test('no one-time key is handed out twice, and a companion that runs low is asked for more', {
  timeout: 60_000,
}, async () => {
  await using s = await stage()
  const [alice, bob] = [await s.link(ALICE), await s.link(BOB)]
  const user = { tag: 'user', attrs: { jid: alice.memory.creds.me!.lid! } }
  const handedOut: number[] = []
  const fetchKeys = async () => {
    const key = { tag: 'key', attrs: {}, content: [user] }
    const iq = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'encrypt' }, content: [key] }
    const bundle = child(child(await bob.socket.query(iq), 'list'), 'user')
    const preKey = child(bundle, 'key')
    if (preKey) handedOut.push(uintOf(at(preKey, 'id')))
  }
  for (let n = 0; n < 812; n += 1) await fetchKeys()
  await eventually(async () => {
    await fetchKeys()
    return handedOut.length > 812
  })
  expect(new Set(handedOut).size).toBe(handedOut.length)
})
