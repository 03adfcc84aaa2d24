import { expect, test } from 'vitest'
import { apiWorld } from '../../test/support/api.ts'
import { descriptionsOf } from './openapi/hono.ts'
import { load, loadAll, PART_NAMES, partOf } from './parts.ts'

test.each(PART_NAMES)('the addresses of %s lead to it', async (part) => {
  await using world = await apiWorld()
  for (const routes of await load(part))
    for (const { path } of descriptionsOf(routes(world.deps, loadAll)))
      expect(`${path} → ${partOf(path)}`).toBe(`${path} → ${part}`)
})

test('links to files lead to those who serve them', () => {
  expect(partOf('/media/abc/picture.png')).toBe('chats')
})

test.each(['/', '/api/toString', '/api/sessions/1/__proto__', '//', '/api'])(
  '%s leads somewhere',
  async (path) => {
    await using world = await apiWorld()
    expect([200, 401, 404]).toContain((await world.app.request(path)).status)
  },
)
