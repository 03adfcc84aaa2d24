import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Command } from '#core/contract/command.ts'
import { recordOutcome } from '#core/outcome.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { api } from '../app.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test('a call that asks twice waits no longer than one that asks once: nobody would hear the answer', async () => {
  const { id, accountId } = await w.connected()
  const began = w.clock.now
  const asked: Command[] = []
  const app = api({
    ...w.deps,
    commands: { ...w.deps.commands, send: async (_to, command) => void asked.push(command) },
    async pause(ms) {
      w.clock.now += Math.ceil(ms)
      const [first] = asked
      if (asked.length === 1 && first?.type === 'session.request' && w.clock.now > began + 15_000)
        await recordOutcome(w.store, { accountId }, first.requestId, { answer: {} })
    },
  })
  const answer = await app.request(`/api/sessions/${id}/chats/+4915100000002`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer token-acme', 'content-type': 'application/json' },
    body: JSON.stringify({ archived: true, disappearingSeconds: 86_400 }),
  })
  expect([answer.status, await answer.json()]).toMatchObject([504, { code: 'WHATSAPP_TIMEOUT' }])
  expect(asked).toHaveLength(2)
  expect(w.clock.now - began).toBe(20_000)
})
