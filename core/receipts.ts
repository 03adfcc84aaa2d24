/** How far a message of ours got with each person of a group. What is written here: see projection/receipts.ts. */
import * as z from 'zod'
import { isGroup, STATUS } from './jid.ts'
import type { Message } from './message.ts'
import { sessionPartition } from './partition.ts'
import type { Key, Page, Store } from './platform/dynamo.ts'

const prefixOf = (messageId: string): string => `RECEIPT#${messageId}#`

export const receiptKey = (sessionId: string, messageId: string, participant: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${prefixOf(messageId)}${participant}`,
})

const time = z.iso.datetime().optional()
export const Receipt = z
  .object({
    participant: z.string().meta({ description: 'A phone number, or a LID where no number is known' }),
    deliveredAt: time,
    readAt: time,
    playedAt: time,
  })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof Receipt>

/** Of a person's chat there is one, of a status one for each who has looked at it. */
export async function receiptsOf(
  store: Store,
  message: Message,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Receipt>> {
  const { chatId, to, times, views, sessionId, id } = message
  if (chatId === STATUS)
    return { items: views.map(({ from, at }) => ({ participant: from, readAt: at })), cursor: undefined }
  const options = { ...page, prefix: prefixOf(id) }
  const { items, cursor } = await store.query('main', Receipt, sessionPartition(sessionId), options)
  const { delivered: deliveredAt, read: readAt, played: playedAt } = times
  const isAlone = items.length === 0 && !page.cursor && !isGroup(chatId)
  return isAlone && (deliveredAt ?? readAt ?? playedAt)
    ? { items: [{ participant: to, deliveredAt, readAt, playedAt }], cursor: undefined }
    : { items, cursor }
}
