/** What a phone shows of that which it keeps in step with its companions, in words: chats, stars, labels, contacts. */
import type { proto } from '@whiskeysockets/baileys'
import { isGroup } from '../wire/jids.ts'
import type { World } from '../world.ts'
import type { Action } from './appstate.ts'
import type { Person } from './people.ts'

export type ChatState = {
  /** A number with a plus, or a group. */
  chat: string
  archived: boolean
  pinned: boolean
  /** ISO 8601; null when it is not muted. */
  mutedUntil: string | null
  unread: boolean
  cleared: boolean
  deleted: boolean
  /** Ids of labels. */
  labels: string[]
}
export type PhoneState = {
  chats: ChatState[]
  starred: { chat: string; id: string; fromMe: boolean }[]
  /** Deleted for this person alone. */
  removed: { chat: string; id: string; fromMe: boolean }[]
  labels: { id: string; name: string; color: number }[]
  labelledMessages: { label: string; chat: string; id: string }[]
  contacts: { number: string; name: string }[]
  /** What the person calls themselves, once a companion has changed it. */
  pushName?: string
}

export async function phoneState(world: World, person: Person): Promise<PhoneState> {
  const shown: PhoneState = {
    chats: [],
    starred: [],
    removed: [],
    labels: [],
    labelledMessages: [],
    contacts: [],
  }
  const actions = await world.appStates.actions(person)
  for (const action of actions.sort(byTime)) take(world, shown, action)
  return shown
}

/** A chat may be named by a number and by a LID: what was said last of it counts. */
const byTime = ({ value: one }: Action, { value: other }: Action): number =>
  Number(one.timestamp ?? 0) - Number(other.timestamp ?? 0)

function take(world: World, shown: PhoneState, { index, value }: Action): void {
  const [kind = '', first = '', second = '', third = ''] = index
  const nameOf = (jid: string) => (isGroup(jid) ? jid : `+${world.people.withJid(jid)?.number ?? jid}`)
  const chat = (jid: string) => chatIn(shown, nameOf(jid))
  switch (kind) {
    case 'label_edit': {
      const { name, color, deleted } = value.labelEditAction ?? {}
      if (!deleted) shown.labels.push({ id: first, name: name ?? '', color: color ?? 0 })
      return
    }
    case 'label_jid':
      put(chat(second).labels, first, value.labelAssociationAction?.labeled)
      return
    case 'label_message': {
      const on = { label: first, chat: nameOf(second), id: third }
      put(shown.labelledMessages, on, value.labelAssociationAction?.labeled)
      return
    }
    case 'star':
      put(
        shown.starred,
        { chat: nameOf(first), id: second, fromMe: third === '1' },
        value.starAction?.starred,
      )
      return
    case 'deleteMessageForMe':
      shown.removed.push({ chat: nameOf(first), id: second, fromMe: third === '1' })
      return
    case 'setting_pushName':
      shown.pushName = value.pushNameSetting?.name ?? ''
      return
    case 'contact':
      shown.contacts.push({ number: nameOf(first), name: value.contactAction?.fullName ?? '' })
      return
    default:
      Object.assign(chat(first), aboutChat(kind, value))
  }
}

/** Puts something on a list, once, or takes it off. */
function put<T>(list: T[], what: T, on: boolean | null | undefined): void {
  const place = list.findIndex((one) => JSON.stringify(one) === JSON.stringify(what))
  if (place >= 0) list.splice(place, 1)
  if (on) list.push(what)
}

function aboutChat(kind: string, value: proto.ISyncActionValue): Partial<ChatState> {
  switch (kind) {
    case 'archive':
      return { archived: value.archiveChatAction?.archived ?? false }
    case 'pin_v1':
      return { pinned: value.pinAction?.pinned ?? false }
    case 'markChatAsRead':
      return { unread: value.markChatAsReadAction?.read === false }
    case 'mute': {
      const { muted, muteEndTimestamp } = value.muteAction ?? {}
      return { mutedUntil: muted ? new Date(Number(muteEndTimestamp ?? 0)).toISOString() : null }
    }
    case 'clearChat':
      return { cleared: true }
    case 'deleteChat':
      return { deleted: true }
    default:
      return {}
  }
}

function chatIn({ chats }: PhoneState, chat: string): ChatState {
  const known = chats.find((one) => one.chat === chat)
  if (known) return known
  const fresh = {
    archived: false,
    pinned: false,
    mutedUntil: null,
    unread: false,
    cleared: false,
    deleted: false,
  }
  const added: ChatState = { chat, ...fresh, labels: [] }
  chats.push(added)
  return added
}
