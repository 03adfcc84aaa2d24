/**
 * What follows when a LID turned out to be a phone number: conversations of the past become the number's, and messages
 * go where their conversation went. Each step is a transaction of its own, and leaves nothing to do when it is repeated.
 */
import * as z from 'zod'
import type { Item } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import {
  type Channel,
  Conversation,
  channelName,
  conversationKey,
  conversationPartition,
  type Person,
} from './conversation.ts'
import type { Desk } from './desk.ts'
import { identified, identity } from './joined.ts'
import { deletedAfter } from './listing.ts'
import { messageItem } from './message.ts'
import { EVER, everItem, personPartition } from './person.ts'
import { living, messagesOf } from './read.ts'

export type Move = {
  accountId: string
  channel: Channel
  /** The key under which the person was known. */
  lid: string
  /** Who that is. */
  person: Person
}

const Row = z.object({ pk: z.string(), sk: z.string(), conversationId: z.string() })
type Listed = { row: z.infer<typeof Row>; conversation: Conversation }

/** Two writes for each message, and what they say: DynamoDB takes 100 and 4 MB. */
const MESSAGES_AT_ONCE = 20

/** Those of the line that the person had under the LID. */
export async function takeOver(desk: Desk, move: Move): Promise<void> {
  const { store, retention } = desk
  for await (const { row, conversation } of everOn(desk, move, move.lid)) {
    if (conversation.mergedInto) continue
    const own = { ...conversation, ...identity(move.person) }
    await store.transact([
      {
        table: 'main',
        update: conversationKey(own.id),
        set: identified(move.person).whereExists('pk').build(),
      },
      { table: 'main', put: everItem(own, store.now(), retention) },
      { table: 'main', remove: { pk: row.pk, sk: row.sk } },
    ])
  }
}

/** Of conversations that went into others. */
export async function moveMessages(desk: Desk, move: Move): Promise<void> {
  for (const person of [move.lid, move.person.key])
    for await (const { row, conversation } of everOn(desk, move, person)) {
      if (!conversation.mergedInto) continue
      await moveAll(desk, conversation)
      await desk.store.transact([{ table: 'main', remove: { pk: row.pk, sk: row.sk } }])
    }
}

async function moveAll(desk: Desk, { id, accountId }: Conversation): Promise<void> {
  const { store, retention } = desk
  const into = await living(store, accountId, id)
  const until = deletedAfter(into, retention)
  for (;;) {
    const { items } = await messagesOf(store, id, { limit: MESSAGES_AT_ONCE })
    if (items.length === 0) return
    await store.transact(
      items.flatMap((message) => {
        const put: Item = messageItem(into, message, until)
        const remove = { pk: conversationPartition(id), sk: message.sk }
        return [
          { table: 'messages' as const, put },
          { table: 'messages' as const, remove },
        ]
      }),
    )
  }
}

async function* everOn(
  { store }: Desk,
  { accountId, channel }: { accountId: string; channel: Channel },
  person: string,
): AsyncGenerator<Listed> {
  const partition = personPartition(accountId, person)
  for await (const rows of pagesOf(store, 'main', Row, partition, { prefix: EVER })) {
    const keys = rows.map(({ conversationId }) => conversationKey(conversationId))
    const found = (await store.getMany('main', keys)).map((item) => Conversation.parse(item))
    for (const row of rows) {
      const conversation = found.find(({ id }) => id === row.conversationId)
      if (conversation && channelName(conversation.channel) === channelName(channel))
        yield { row, conversation }
    }
  }
}
