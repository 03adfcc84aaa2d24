import { expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, jidOf, stage } from '../testing/stage.ts'

test('what one companion changes, the other ones hear, at once or when they come back', async () => {
  await using s = await stage()
  const [first, second] = [await s.link(ALICE), await s.link(ALICE)]
  for (const client of [first, second])
    await eventually(() => client.memory.creds.myAppStateKeyId !== undefined)
  const muted: unknown[] = []
  second.socket.ev.on('chats.update', (chats) => muted.push(...chats.map((chat) => chat.muteEndTime)))
  await first.socket.chatModify({ mute: 1_900_000_000_000 }, jidOf(BOB))
  await eventually(() => muted.map(Number).includes(1_900_000_000_000))

  await second.stop()
  await first.socket.chatModify({ mute: null }, jidOf(BOB))
  const back = s.client(second.memory).connect()
  const later: unknown[] = []
  back.socket.ev.on('chats.update', (chats) => later.push(...chats.filter((chat) => 'muteEndTime' in chat)))
  await back.ready()
  await eventually(() => later.length > 0)
  expect(Object.keys((await s.control.stats()).unknownQueries)).toEqual([])
})
