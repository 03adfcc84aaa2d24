import { expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, jidOf, stage } from '../testing/stage.ts'

test('a phone shows what its companion has changed, and the companion hears what the phone changes', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  await eventually(() => client.memory.creds.myAppStateKeyId !== undefined)
  const bob = jidOf(BOB)
  await client.socket.chatModify({ archive: true, lastMessages: [] }, bob)
  await client.socket.chatModify({ pin: true }, bob)
  await client.socket.star(bob, [{ id: 'M1', fromMe: true }], true)
  await client.socket.addLabel('', { id: '7', name: 'Paid', color: 3 })
  await client.socket.addChatLabel(bob, '7')
  await client.socket.addOrEditContact(bob, { fullName: 'Bob' })
  expect(await s.control.state(ALICE)).toMatchObject({
    chats: [{ chat: BOB, archived: true, pinned: true, mutedUntil: null, unread: false, labels: ['7'] }],
    starred: [{ chat: BOB, id: 'M1', fromMe: true }],
    labels: [{ id: '7', name: 'Paid', color: 3 }],
    contacts: [{ number: BOB, name: 'Bob' }],
  })

  const archived: unknown[] = []
  const named: unknown[] = []
  client.socket.ev.on('chats.update', (chats) => archived.push(...chats.map((chat) => chat.archived)))
  client.socket.ev.on('contacts.upsert', (contacts) => named.push(...contacts.map(({ name }) => name)))
  await s.control.change(ALICE, { chat: BOB.slice(1), archived: false, unread: true })
  await s.control.change(ALICE, { contact: { number: BOB, name: 'Robert' } })
  await eventually(() => archived.includes(false) && named.includes('Robert'))
  expect(await s.control.state(ALICE)).toMatchObject({
    chats: [{ chat: BOB, archived: true }, { chat: BOB }].slice(1),
  })
})

test('a patch that was not made with the key is a problem, and changes nothing', async () => {
  await using s = await stage()
  s.expectProblems()
  const client = await s.link(ALICE)
  await eventually(() => client.memory.creds.myAppStateKeyId !== undefined)
  await client.socket.chatModify({ pin: true }, jidOf(BOB))
  const key = [...client.memory.keys.keys()].find((name) =>
    name.startsWith('app-state-sync-version:regular_low'),
  )!
  const state = JSON.parse(client.memory.keys.get(key)!)
  state.hash = { type: 'Buffer', data: Buffer.alloc(128, 1).toString('base64') }
  client.memory.keys.set(key, JSON.stringify(state))
  await client.socket.chatModify({ archive: true, lastMessages: [] }, jidOf(BOB))
  const { problems } = await s.control.stats()
  expect(problems.map(({ what }) => what)).toContain(`app state regular_low of ${ALICE}`)
  expect((await s.control.state(ALICE)).chats).toMatchObject([{ pinned: true, archived: false }])
})

test('what plain Baileys does after it removed something is noticed: it counts on what is gone', async () => {
  await using s = await stage()
  s.expectProblems()
  const client = await s.link(ALICE)
  await eventually(() => client.memory.creds.myAppStateKeyId !== undefined)
  await client.socket.addOrEditContact(jidOf(BOB), { fullName: 'Bob' })
  await client.socket.removeContact(jidOf(BOB))
  expect((await s.control.stats()).problems).toEqual([])
  expect((await s.control.state(ALICE)).contacts).toEqual([])
  await client.socket.addOrEditContact(jidOf(BOB), { fullName: 'Bob again' })
  const { problems } = await s.control.stats()
  expect(problems.map(({ what }) => what)).toContain(`app state critical_unblock_low of ${ALICE}`)
  expect((await s.control.state(ALICE)).contacts).toEqual([])
})
