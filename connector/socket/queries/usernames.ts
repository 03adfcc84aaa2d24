/**
 * Usernames, which WhatsApp knows by LID. Who has one is asked of `usync`, as for numbers. Baileys 7.0.0-rc14 builds the
 * question (USyncContactProtocol) and asks nobody; of the answer about a person it reads text alone
 * (USyncUsernameProtocol), and the wire has bytes, so that is read here.
 */
import { type BinaryNode, USyncQuery, USyncUser } from '@whiskeysockets/baileys'
import { Refused } from '../errors.ts'
import type { Answers, Asked } from './index.ts'
import { personOf } from './people.ts'

const USERNAME: USyncQuery['protocols'][number] = {
  name: 'username',
  getQueryElement: () => ({ tag: 'username', attrs: {} }),
  getUserElement: () => null,
  parser: ({ content }: BinaryNode) =>
    typeof content === 'string' || content instanceof Uint8Array ? Buffer.from(content).toString() : null,
}

export const usernameAnswers = (asked: Asked): Answers => {
  const { socket, note } = asked
  return {
    async 'username.find'({ username, pin }) {
      const user = new USyncUser().withUsername(username)
      const query = new USyncQuery().withContactProtocol().withUser(pin ? user.withUsernameKey(pin) : user)
      const [found] = (await socket.executeUSyncQuery(query))?.list ?? []
      if (!found?.contact)
        throw new Refused('Nobody has this username, or it is protected by another key.', 404)
      const person = { ...personOf(found.id, asked), username }
      await note([{ what: 'person', jids: [found.id], username }])
      return { person }
    },
    async 'person.username'({ id }) {
      const query = new USyncQuery().withUser(new USyncUser().withId(id))
      query.protocols.push(USERNAME)
      const [found] = (await socket.executeUSyncQuery(query))?.list ?? []
      const username = typeof found?.username === 'string' ? found.username : undefined
      if (username) void note([{ what: 'person', jids: [id], username }])
      return username ? { username } : {}
    },
  }
}
