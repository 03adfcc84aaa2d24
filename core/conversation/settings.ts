/**
 * What an account chooses for its conversations: whether orders are looked for, on which channels, and what is answered
 * by itself. Without a choice, orders are read and confirmed on the Twilio channel, and linked sessions say nothing
 * that their owner did not write.
 */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { OrderDetails } from '../order/order.ts'
import { describe } from '../order/order.ts'
import type { Item, Key, Store, Write } from '../platform/dynamo.ts'

const PLACEHOLDERS = ['items', 'customer', 'total', 'phone'] as const
type Placeholder = (typeof PLACEHOLDERS)[number]
const PLACEHOLDER = /\{(\w+)\}/g

/** Twilio sends bodies of up to 1,600 characters. */
const MAX_REPLY = 1_600

const Template = z
  .string()
  .max(1_000)
  .refine(
    (text) => [...text.matchAll(PLACEHOLDER)].every(([, name]) => PLACEHOLDERS.includes(name as Placeholder)),
    `a template may use ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`,
  )
  .nullable()

const template = (fallback: string | null, description: string) =>
  Template.default(fallback).meta({ description })

export const ConversationSettings = z
  .object({
    orders: z
      .object({
        twilio: z.boolean().default(true),
        sessions: z.boolean().default(false),
      })
      .prefault({})
      .meta({ description: 'Where orders are looked for in what people write' }),
    replies: z
      .object({
        twilio: z.boolean().default(true),
        sessions: z.boolean().default(false),
      })
      .prefault({})
      .meta({ description: 'Where the templates are sent' }),
    templates: z
      .object({
        order: template('✅ Order received: {items}', 'When an order was understood or has changed'),
        other: template(null, 'When a message holds no order'),
        later: template(null, 'When the model needs longer than the webhook may wait'),
      })
      .prefault({})
      .meta({ description: 'Null sends nothing. Placeholders: {items}, {customer}, {total}, {phone}' }),
  })
  .meta({ id: 'ConversationSettings' })
export type ConversationSettings = z.infer<typeof ConversationSettings>

export const settingsKey = (accountId: string): Key => ({ pk: `ACCOUNT#${accountId}`, sk: 'CONVERSATIONS' })

/** What was chosen, and which choice that is; undefined when there was none yet. */
export type Choice = { settings: ConversationSettings; choice: string | undefined }

const Chosen = z.object({ choice: z.string().optional() })

/** Undefined means that nothing was chosen. */
export const choiceOf = (item: Item | undefined): Choice => ({
  settings: settingsOf(item),
  choice: Chosen.parse(item ?? {}).choice,
})

export const settingsOf = (item: Item | undefined): ConversationSettings =>
  ConversationSettings.parse(item ?? {})

/** Holds while this is what the account has chosen. */
export const stillChosen = (accountId: string, choice: string | undefined): Write => ({
  table: 'main',
  check: settingsKey(accountId),
  ...(choice === undefined
    ? { condition: 'attribute_not_exists(choice)' }
    : { condition: 'choice = :choice', values: { ':choice': choice } }),
})

export const read = async (store: Store, accountId: string): Promise<ConversationSettings> =>
  (await store.get('main', ConversationSettings, settingsKey(accountId))) ?? settingsOf(undefined)

export async function write(
  store: Store,
  accountId: string,
  settings: ConversationSettings,
): Promise<ConversationSettings> {
  await store.put('main', { ...settingsKey(accountId), ...settings, choice: randomUUID() })
  return settings
}

/** The text that a template yields; null when there is nothing to say. */
export function render(
  text: string | null,
  facts: { order: OrderDetails | null; phoneNumber: string | null; name: string | undefined },
): string | null {
  if (!text) return null
  const values: Record<Placeholder, string> = {
    items: describe(facts.order?.items ?? []),
    customer: facts.order?.customer_name ?? facts.name ?? '',
    total: facts.order?.total_amount?.toFixed(2) ?? '',
    phone: facts.phoneNumber ?? '',
  }
  const filled = text.replace(PLACEHOLDER, (_, name: Placeholder) => values[name]).trim()
  return filled === '' ? null : shortened(filled)
}

const shortened = (text: string): string =>
  text.length <= MAX_REPLY ? text : `${text.slice(0, MAX_REPLY - 1).toWellFormed()}…`
