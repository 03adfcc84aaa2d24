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
  labels: { id: string; name: string; color: number }[]
  labelledMessages: { label: string; chat: string; id: string }[]
  contacts: { number: string; name: string }[]
}

export async function phoneState(world: World, person: Person): Promise<PhoneState> {
  const shown: PhoneState = { chats: [], starred: [], labels: [], labelledMessages: [], contacts: [] }
  for (const action of await world.appStates.actions(person)) take(world, shown, action)
  return shown
}

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
      if (value.labelAssociationAction?.labeled) chat(second).labels.push(first)
      return
    case 'label_message':
      if (value.labelAssociationAction?.labeled)
        shown.labelledMessages.push({ label: first, chat: nameOf(second), id: third })
      return
    case 'star':
      if (value.starAction?.starred)
        shown.starred.push({ chat: nameOf(first), id: second, fromMe: third === '1' })
      return
    case 'contact':
      shown.contacts.push({ number: nameOf(first), name: value.contactAction?.fullName ?? '' })
      return
    default:
      Object.assign(chat(first), aboutChat(kind, value))
  }
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
