/** Changes in a channel, and what is done to messages of a group by app state, are about whoever wrote what is stored. */
import { expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import type { Message } from '#core/message.ts'
import type { Context } from '../convert/index.ts'
import { withNews } from './news.ts'

const [CHANNEL, GROUP, CAROL] = ['120363000000000001@newsletter', '1203@g.us', '4915100000003@s.whatsapp.net']
const context = { isKept: false } as Context
const sender = { lid: '900003@lid' }

async function targetsIn(
  found: Pick<Message, 'fromMe' | 'sender'> | undefined,
  ...events: [Event['type'], string][]
) {
  const parts = {
    contacts: { news: async () => [] } as never,
    seek: async (id: string) => found && ({ id, ...found } as Message),
  }
  const told = await withNews(
    parts,
    [],
    events.map(
      ([type, chatId]) => ({ type, payload: { chatId, target: { messageId: 'M', fromMe: false } } }) as Event,
    ),
    context,
  )
  return told.map(({ payload }) => ('target' in payload ? payload.target : undefined))
}

test('a co-admin changes a post of ours, or we one of theirs: whose it is, the post itself says', async () => {
  const asTold = { messageId: 'M', fromMe: false }
  const ours = await targetsIn(
    { fromMe: true, sender: {} },
    ['message.edited', CHANNEL],
    ['message.deleted', CHANNEL],
  )
  expect(ours).toEqual([
    { messageId: 'M', fromMe: true },
    { messageId: 'M', fromMe: true },
  ])
  expect(await targetsIn(undefined, ['message.edited', CHANNEL])).toEqual([asTold])
})

test('of a star, and of what was deleted for ourselves, the author is looked up in groups alone', async () => {
  const [starred, removed, edited, direct] = await targetsIn(
    { fromMe: false, sender },
    ['message.starred', GROUP],
    ['message.removed', GROUP],
    ['message.edited', GROUP],
    ['message.starred', CAROL],
  )
  expect(starred).toMatchObject({ sender })
  expect(removed).toMatchObject({ sender })
  for (const other of [edited, direct]) expect(other).not.toHaveProperty('sender')
})
