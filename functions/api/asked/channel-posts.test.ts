import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { received } from '../../../test/support/events.ts'

const [POST, CHANNEL] = ['3A0000000000000000AB', '120363025246125486@newsletter']
let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test.each([
  ['PUT', '/star'],
  ['DELETE', '/star'],
  ['DELETE', ''],
])(
  'a post in a channel is nothing that our devices keep in step: %s messages/{id}%s',
  async (method, rest) => {
    const { id, accountId } = await w.connected()
    await append(w.store, w.retention, [
      received({ id, accountId }, w.clock.now, { id: POST, chatId: CHANNEL, to: CHANNEL }),
    ])
    await w.commands()
    expect(await w.request(method, `/api/sessions/${id}/messages/${POST}${rest}`)).toMatchObject({
      status: 409,
      body: { code: 'MESSAGE_NOT_USABLE' },
    })
    expect(await w.commands()).toEqual([])
  },
)
