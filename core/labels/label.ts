/**
 * Labels of a business account, and what they are on. A label that was deleted leaves its item behind, so that its id is
 * not given again; what it was on counts no more, also when a phone makes a new label under the same id.
 */
import * as z from 'zod'
import { LabelFacts } from '../contract/label-event.ts'
import { sessionPartition } from '../partition.ts'
import type { Key, Page, Store } from '../platform/dynamo.ts'
import { allOf } from '../platform/pages.ts'

const LABEL_PREFIX = 'LABEL#'
const ON_PREFIX = 'LABELLED#'

export const labelKey = (sessionId: string, id: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${LABEL_PREFIX}${id}`,
})

type On = { labelId: string; chatId: string; messageId?: string | undefined }
const CHAT = 'chat'
export const labelledKey = (sessionId: string, { labelId, chatId, messageId }: On): Key => ({
  pk: sessionPartition(sessionId),
  sk: messageId
    ? `${ON_PREFIX}${labelId}#message#${chatId}#${messageId}`
    : `${ON_PREFIX}${labelId}#${CHAT}#${chatId}`,
})
/** What is on a chat. Labels of messages are in no listing. */
export const labelsOfChat = (sessionId: string, chatId: string): string => `LABELS#${sessionId}#${chatId}`

export const Label = LabelFacts.extend({
  color: LabelFacts.shape.color.meta({ description: '0 to 19, WhatsApp’s colours' }),
}).meta({ id: 'Label' })
export type Label = z.infer<typeof Label>

const Stored = LabelFacts.extend({ since: z.string().optional() })
const Labelled = z.object({ labelId: z.string(), chatId: z.string(), at: z.string() })

/** All labels, the deleted ones among them: WhatsApp has few. */
const all = (store: Store, sessionId: string): Promise<z.infer<typeof Stored>[]> =>
  allOf(store, 'main', Stored, sessionPartition(sessionId), { prefix: LABEL_PREFIX })

const shown = ({ id, name, color }: z.infer<typeof Stored>): Label => ({ id, name, color })

/** In the order of their ids. */
export async function list(store: Store, sessionId: string): Promise<Label[]> {
  const labels = await all(store, sessionId)
  return labels
    .filter(({ since }) => since)
    .map(shown)
    .sort((one, other) => Number(one.id) - Number(other.id) || one.id.localeCompare(other.id))
}

export async function find(store: Store, sessionId: string, id: string): Promise<Label | undefined> {
  const stored = await store.get('main', Stored, labelKey(sessionId, id))
  return stored?.since ? shown(stored) : undefined
}

/** An id that no label has had. The first ones are those of WhatsApp's own labels. */
export async function freeId(store: Store, sessionId: string): Promise<string> {
  const taken = (await all(store, sessionId)).map(({ id }) => Number(id)).filter(Number.isSafeInteger)
  return String(Math.max(WHATSAPPS_OWN, ...taken) + 1)
}
const WHATSAPPS_OWN = 5

/** The ids of the chats that have this label, in their order. */
export async function chatsOf(
  store: Store,
  sessionId: string,
  labelId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<string>> {
  const label = await store.get('main', Stored, labelKey(sessionId, labelId))
  const { items, cursor } = await store.query('main', Labelled, sessionPartition(sessionId), {
    ...page,
    prefix: `${ON_PREFIX}${labelId}#${CHAT}#`,
  })
  return { items: items.filter((one) => isOn(label, one)).map(({ chatId }) => chatId), cursor }
}

/** The labels of a chat. */
export async function ofChat(store: Store, sessionId: string, chatId: string): Promise<Label[]> {
  const [labels, { items }] = await Promise.all([
    all(store, sessionId),
    store.query('main', Labelled, labelsOfChat(sessionId, chatId), { index: 'listing' }),
  ])
  const on = new Map(items.map((one) => [one.labelId, one]))
  return labels.filter((label) => isOn(label, on.get(label.id))).map(shown)
}

/** Somebody who was known by one id is known by another one now. Doing it again does no harm. */
export async function moveToChat(store: Store, sessionId: string, from: string, to: string): Promise<void> {
  const labelled = await allOf(store, 'main', Labelled, labelsOfChat(sessionId, from), { index: 'listing' })
  for (const { labelId, at } of labelled) {
    const on = { labelId, chatId: to }
    const listed = { listPk: labelsOfChat(sessionId, to), listSk: labelId }
    await store.create('main', { ...labelledKey(sessionId, on), ...on, at, ...listed })
    await store.transact([{ table: 'main', remove: labelledKey(sessionId, { labelId, chatId: from }) }])
  }
}

const isOn = (label: { since?: string | undefined } | undefined, one: { at: string } | undefined): boolean =>
  label?.since !== undefined && one !== undefined && one.at >= label.since
