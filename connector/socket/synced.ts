/**
 * What the devices of one person keep in step, as this device hears of it: by app state, by the history that the phone
 * offers, and by what it has changed itself. Each becomes a journal row in the same turn in which Baileys notes the new
 * version, so that one commit has both and a crash loses neither.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { BaileysEventMap, Contact, WASocket } from '@whiskeysockets/baileys'
import { isPerson } from '#core/jid.ts'
import { chunks } from '#core/platform/chunks.ts'
import { iso } from '#core/platform/clock.ts'
import type { Journal } from './journal.ts'
import type { Line } from './line.ts'
import type { WriteSet } from './write-set.ts'

/** `jids` are all forms of one person that came along, devices and empty ones included. */
export type Synced =
  /** From the address book; null: it is not in there any more. */
  | { what: 'contact'; jids: string[]; name: string | null; username?: string }
  /** What a person says of themselves, or what the phone calls their chat. */
  | {
      what: 'person'
      jids: string[]
      pushName?: string
      chatName?: string
      verifiedName?: string
      username?: string
      about?: string
    }
  | ({ what: 'chat'; jid: string } & ChatSync)
  | { what: 'star'; jid: string; messageId: string; fromMe: boolean; starred: boolean }
  | { what: 'removed'; jid: string; messageId: string; fromMe: boolean }
  | { what: 'label'; id: string; name: string; color: number; deleted: boolean }
  | { what: 'labelled'; labelId: string; jid: string; messageId?: string; labelled: boolean }

export type ChatSync = {
  archived?: boolean | undefined
  pinned?: boolean | undefined
  /** ISO 8601; null: not muted. */
  mutedUntil?: string | null | undefined
  unread?: boolean | undefined
  disappearingSeconds?: number | undefined
  cleared?: true | undefined
  deleted?: true | undefined
  /** ISO 8601, of these two: what was said later stays. */
  upTo?: string | undefined
}

/** Changes of one row. */
const ROW = 50
/** WhatsApp writes -1 for "always". */
const ALWAYS = '9999-12-31T23:59:59.999Z'

/** Whoever has changed something sees it then, unless the store is slow. */
const PATIENCE_MS = 2_000

type Options = { socket: WASocket; set: WriteSet; journal: Journal; line: Line }
export type SyncListener = {
  /** Takes what another device has changed, as Baileys comes across it. */
  hear(changes: Synced[]): void
  /** Takes what this device has changed itself; resolves when it was handed on, or that takes long. */
  note(changes: Synced[]): Promise<void>
}

export function listenToSync({ socket, set, journal, line }: Options): SyncListener {
  let gathered: Synced[] = []
  const write = () => {
    const all = gathered
    gathered = []
    if (set.dead) return
    for (const changes of chunks(all, ROW)) journal.add({ kind: 'synced', changes }, line.ordinal)
  }
  const hear = (changes: Synced[]) => {
    if (changes.length > 0 && gathered.length === 0) queueMicrotask(write)
    gathered.push(...changes)
  }
  const verified = verifiedNames()
  const { ev } = socket
  const emit = ev.emit.bind(ev)
  // Baileys holds events back while it catches up; what they tell has to be durable before that.
  ev.emit = (event, about) => {
    hear([...changesIn(event, about), ...verified(event, about)])
    return emit(event, about)
  }
  const note = async (changes: Synced[]) => {
    if (set.dead || changes.length === 0) return
    const handed = journal.whenHanded(journal.add({ kind: 'synced', changes }, line.ordinal))
    await Promise.race([handed, pause(PATIENCE_MS, undefined, { ref: false })])
  }
  return { hear, note }
}

function changesIn<E extends keyof BaileysEventMap>(event: E, about: BaileysEventMap[E]): Synced[] {
  const read = READERS[event] as ((about: BaileysEventMap[E]) => Synced[]) | undefined
  return read?.(about) ?? []
}

const READERS: { [E in keyof BaileysEventMap]?: (about: BaileysEventMap[E]) => Synced[] } = {
  'contacts.upsert': (contacts) =>
    contacts.map((contact) => ({
      what: 'contact',
      jids: jidsOf(contact),
      name: contact.name ?? null,
      ...(contact.username ? { username: contact.username } : {}),
    })),
  'messaging-history.set': ({ contacts }) => contacts.filter(({ id }) => isPerson(id)).map(personIn),
  'chats.update': (chats) =>
    chats.flatMap((chat) => (chat.id && 'conditional' in chat ? chatIn(chat.id, chat) : [])),
  'messages.update': (updates) =>
    updates.flatMap(({ key, update }) =>
      typeof update.starred === 'boolean' && key.remoteJid && key.id
        ? [
            {
              what: 'star',
              jid: key.remoteJid,
              messageId: key.id,
              fromMe: key.fromMe ?? false,
              starred: update.starred,
            },
          ]
        : [],
    ),
  'messages.delete': (told) =>
    ('keys' in told ? told.keys : []).flatMap(({ remoteJid, id, fromMe }) =>
      remoteJid && id ? [{ what: 'removed', jid: remoteJid, messageId: id, fromMe: fromMe ?? false }] : [],
    ),
  'labels.edit': ({ id, name, color, deleted }) => [
    { what: 'label', id, name: name ?? '', color: color ?? 0, deleted: deleted ?? false },
  ],
  'labels.association': ({ type, association }) => [
    {
      what: 'labelled',
      labelId: association.labelId,
      jid: association.chatId,
      labelled: type === 'add',
      ...('messageId' in association ? { messageId: association.messageId } : {}),
    },
  ],
}

const jidsOf = ({ id, lid, phoneNumber }: Contact): string[] =>
  [phoneNumber, lid, id].filter((jid) => jid !== undefined)

const personIn = (contact: Contact): Synced => ({
  what: 'person',
  jids: jidsOf(contact),
  ...(contact.notify ? { pushName: contact.notify } : {}),
  ...(contact.name ? { chatName: contact.name } : {}),
  ...(contact.verifiedName ? { verifiedName: contact.verifiedName } : {}),
  ...(contact.username ? { username: contact.username } : {}),
})

/** Updates that come with a message have no `conditional`; only those of app state say what our devices agree on. */
function chatIn(jid: string, chat: BaileysEventMap['chats.update'][number]): Synced[] {
  const { archived, pinned, muteEndTime, unreadCount } = chat
  const said: ChatSync = {
    ...(typeof archived === 'boolean' ? { archived } : {}),
    ...(pinned === undefined ? {} : { pinned: pinned !== null }),
    ...(muteEndTime === undefined
      ? {}
      : { mutedUntil: muteEndTime === null ? null : timeOf(Number(muteEndTime)) }),
    ...(unreadCount === undefined ? {} : { unread: (unreadCount ?? 0) < 0 }),
  }
  return Object.keys(said).length > 0 ? [{ what: 'chat', jid, ...said }] : []
}

const timeOf = (ms: number): string => (ms > 0 && ms < Date.parse(ALWAYS) ? iso(ms) : ALWAYS)

/** With each message of a business comes its name; of a connection the first one is enough. */
function verifiedNames() {
  const told = new Map<string, string>()
  return <E extends keyof BaileysEventMap>(event: E, about: BaileysEventMap[E]): Synced[] => {
    if (event !== 'contacts.update') return []
    return (about as BaileysEventMap['contacts.update']).flatMap(({ id, verifiedName }): Synced[] => {
      if (!id || !verifiedName || told.get(id) === verifiedName) return []
      told.set(id, verifiedName)
      return [{ what: 'person', jids: [id], verifiedName }]
    })
  }
}
