/**
 * What our devices keep in step becomes events of chats, labels and stars, and sightings of people, which are news or
 * not: see core/contacts.
 */

import type { Heard } from '#core/contacts/book.ts'
import type { Sighting } from '#core/contacts/merge.ts'
import type { Target } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import { chatIdOfPerson, isShared } from '#core/jid.ts'
import type { Row, Synced } from '../socket/index.ts'
import { childOf } from '../socket/nodes.ts'
import { type Context, nthId } from './context.ts'
import { isMe, personOf } from './identity.ts'

type SyncRow = Extract<Row, { kind: 'synced' }>

/** Of stars, what they are on as far as the row says it: in a group it does not say who wrote that. */
export const syncedEvents = (row: SyncRow, context: Context): Event[] =>
  row.changes.flatMap((change, index) => {
    const base = { id: nthId(row.id, index), ...context.session, timestamp: context.now }
    return told(change, context).map((rest): Event => ({ ...base, ...rest }) as Event)
  })

type Told = { type: Event['type']; payload: object }

function told(change: Synced, context: Context): Told[] {
  switch (change.what) {
    case 'chat':
      return ofChat(change, context)
    case 'star': {
      const { messageId, fromMe, starred } = change
      const chatId = chatIdIn(change.jid, context)
      const target = { messageId, fromMe, ...(fromMe ? {} : authorIn(change.jid, context)) }
      return chatId ? [{ type: 'message.starred', payload: { chatId, target, starred } }] : []
    }
    case 'removed': {
      const { messageId, fromMe } = change
      const chatId = chatIdIn(change.jid, context)
      const target = { messageId, fromMe, ...(fromMe ? {} : authorIn(change.jid, context)) }
      return chatId ? [{ type: 'message.removed', payload: { chatId, target } }] : []
    }
    case 'label': {
      const { id, name, color, deleted } = change
      return deleted
        ? [{ type: 'label.deleted', payload: { labelId: id } }]
        : [{ type: 'label.updated', payload: { label: { id, name, color } } }]
    }
    case 'labelled': {
      const { labelId, messageId, labelled } = change
      const chatId = chatIdIn(change.jid, context)
      const payload = { labelId, chatId, ...(messageId ? { messageId } : {}) }
      return chatId ? [{ type: labelled ? 'label.added' : 'label.removed', payload }] : []
    }
    default:
      return []
  }
}

function ofChat(change: Extract<Synced, { what: 'chat' }>, context: Context): Told[] {
  const { what: _, jid, cleared, deleted, upTo, ...changes } = change
  const chatId = chatIdIn(jid, context)
  if (!chatId) return []
  const emptied = { chatId, ...(upTo && upTo < context.now ? { upTo } : {}) }
  const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return [
    ...(Object.keys(said).length > 0
      ? [{ type: 'chat.updated' as const, payload: { chatId, changes: said } }]
      : []),
    ...(cleared ? [{ type: 'chat.cleared' as const, payload: emptied }] : []),
    ...(deleted ? [{ type: 'chat.deleted' as const, payload: emptied }] : []),
  ]
}

const chatIdIn = (jid: string, { directory }: Context): string | undefined =>
  isShared(jid) ? jid : chatIdOfPerson(personOf([jid], directory))

function authorIn(jid: string, context: Context): Pick<Target, 'sender'> {
  if (isShared(jid)) return {}
  return { sender: bothForms([jid], context) }
}

function bothForms(jids: string[], { directory, lidOf }: Context): { phoneNumber?: string; lid?: string } {
  const { phoneNumber, lid } = personOf(jids, directory)
  const learnt = lid ?? (phoneNumber ? lidOf?.(phoneNumber) : undefined)
  return { ...(phoneNumber ? { phoneNumber } : {}), ...(learnt ? { lid: learnt } : {}) }
}

/** Who is spoken of in these rows and events, and what is said of them. */
export function heardIn(rows: Row[], events: Event[], context: Context): Heard[] {
  const inRows = rows.flatMap((row): Heard[] => {
    if (row.kind === 'synced')
      return row.changes.flatMap((change, index) =>
        heard(`${nthId(row.id, index)}.person`, sightingIn(change, context), context),
      )
    if (row.kind === 'message') return heard(`${row.id}.recipient`, recipientIn(row, context), context)
    if (row.kind !== 'notification') return []
    return heard(`${row.id}.person`, aboutIn(row, context), context)
  })
  const inEvents = events.flatMap(({ id, payload }): Heard[] => {
    const sender =
      'message' in payload ? payload.message.sender : 'sender' in payload ? payload.sender : undefined
    const { name: pushName, phoneNumber, lid, username } = sender ?? {}
    const said = { ...(pushName ? { pushName } : {}), ...(username ? { username } : {}) }
    const isSaid = Object.keys(said).length > 0
    if (!(phoneNumber && lid) && !(isSaid && (phoneNumber || lid))) return []
    return heard(`${id}.person`, { phoneNumber, lid, ...said }, context)
  })
  return [...inRows, ...inEvents]
}

const heard = (eventId: string, sighting: Sighting | undefined, { me }: Context): Heard[] =>
  sighting && !isMe({ phoneNumber: sighting.phoneNumber, lid: sighting.lid }, me)
    ? [{ eventId, sighting }]
    : []

function sightingIn(change: Synced, context: Context): Sighting | undefined {
  if (change.what === 'contact') {
    const { name: savedName, username } = change
    return { ...bothForms(change.jids, context), savedName, ...(username ? { username } : {}) }
  }
  if (change.what !== 'person') return
  const { what: _, jids, ...said } = change
  return { ...bothForms(jids, context), ...said }
}

/** Whom another device of ours wrote to, when that is said with a username. */
function recipientIn({ stanza }: Extract<Row, { kind: 'message' }>, context: Context): Sighting | undefined {
  const username = stanza.peer_recipient_username ?? stanza.recipient_username
  if (!username || !stanza.recipient) return
  const jids = [stanza.recipient, stanza.recipient_pn, stanza.peer_recipient_pn, stanza.peer_recipient_lid]
  return {
    ...bothForms(
      jids.flatMap((jid) => jid ?? []),
      context,
    ),
    username,
  }
}

/** A person has changed their about text: `<notification type="status"><set>…`. */
function aboutIn({ stanza }: Extract<Row, { kind: 'notification' }>, context: Context): Sighting | undefined {
  const { type, from } = stanza.attrs
  if (type !== 'status' || !from) return
  const about = childOf(stanza, 'set')?.content
  if (about === undefined || Array.isArray(about)) return
  return { ...bothForms([from], context), about: Buffer.from(about).toString() }
}
