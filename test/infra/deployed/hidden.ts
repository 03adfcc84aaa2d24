/** Somebody who shows no phone number at first, in a deployment; part of deployed.test.ts. */
import { expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import type { Deployment } from '../deployment.ts'

type Listed = { id: string; phoneNumber: string | null; lid: string }

/** @param line the session that is written to, and its number */
export function hiddenTests(its: () => Deployment, line: () => { id: string; number: string }): void {
  const get = async (path: string) => (await its().call({ path })).json()
  const post = (path: string, body: unknown) =>
    its().call({ method: 'POST', path, body: JSON.stringify(body) })

  test('somebody who shows no number is talked to as any other, and goes on under the number once it is known', async () => {
    const person = '+4915100000005'
    const { id: sessionId, number: to } = line()
    const channel = { type: 'session', sessionId }
    await its().phones.hideNumber(person, true)
    await its().phones.send(person, { to, text: 'Guess who' })
    const hidden = await until('the conversation', async () => {
      const { conversations } = (await get('/api/conversations')) as { conversations: Listed[] }
      return conversations.find(({ phoneNumber }) => phoneNumber === null)
    })
    const again = await post('/api/conversations', { phoneNumber: hidden.lid, channel })
    expect([again.status, again.json().conversation?.id]).toEqual([200, hidden.id])
    const begun = { phoneNumber: person, channel, initialMessage: 'By telephone' }
    expect((await post('/api/conversations', begun)).status).toBe(201)

    await its().phones.hideNumber(person, false)
    await its().phones.send(person, { to, text: 'It is me' })
    await until('all of it is one', async () => {
      const { messages } = await get(`/api/conversations/${hidden.id}/messages`)
      const texts = messages.map(({ content }: { content: string }) => content)
      return ['Guess who', 'By telephone', 'It is me'].every((text) => texts.includes(text))
    })
  })
}
