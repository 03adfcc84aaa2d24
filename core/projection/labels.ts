/** How events change labels, and what they are on. */
import type { Event } from '../contract/event.ts'
import { hidden } from '../hidden.ts'
import { labelKey, labelledKey, labelsOfChat } from '../labels/label.ts'
import type { Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { nameOf } from './known.ts'

export type LabelEvent = Extract<Event, { type: `label.${string}` }>
export const isLabelEvent = (event: Event): event is LabelEvent => event.type.startsWith('label.')

/** The last change of each item counts: a transaction may touch it only once. */
export function labelChanges() {
  const writes = new Map<string, Write>()
  return {
    changed: (event: LabelEvent): void => void writes.set(touchedByLabel(event), writeOf(event)),
    writes: (): Write[] => [...writes.values()],
  }
}

const keyOf = (event: LabelEvent) => {
  switch (event.type) {
    case 'label.updated':
      return labelKey(event.sessionId, event.payload.label.id)
    case 'label.deleted':
      return labelKey(event.sessionId, event.payload.labelId)
    default:
      return labelledKey(event.sessionId, event.payload)
  }
}

/** The name of the item that it touches. */
export const touchedByLabel = (event: LabelEvent): string => nameOf('main', keyOf(event))

function writeOf(event: LabelEvent): Write {
  const { sessionId, timestamp } = event
  const key = keyOf(event)
  switch (event.type) {
    case 'label.updated': {
      const { id, name, color } = event.payload.label
      const update = updating()
        .set('id', id)
        .set('name', hidden(event, name))
        .set('color', color)
        .setOnce('since', timestamp)
      return { table: 'main', update: key, set: update.build() }
    }
    case 'label.deleted': {
      const { labelId: id } = event.payload
      const update = updating().set('id', id).setOnce('name', '').setOnce('color', 0).remove('since')
      return { table: 'main', update: key, set: update.build() }
    }
    case 'label.added': {
      const { person: _, ...on } = event.payload
      const { labelId, chatId, messageId } = on
      const listed = messageId ? {} : { listPk: labelsOfChat(sessionId, chatId), listSk: labelId }
      return { table: 'main', put: { ...key, ...on, at: timestamp, ...listed } }
    }
    case 'label.removed':
      return { table: 'main', remove: key }
  }
}
