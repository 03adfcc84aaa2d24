/** What a supervisor works with. All of it comes from outside, so that tests own devices, time and chance. */
import type { ContactBook } from '#core/contacts/book.ts'
import { identified, identifying } from '#core/contacts/identified.ts'
import type { Event } from '#core/contract/event.ts'
import type { Outcome } from '#core/contract/request.ts'
import { told } from '#core/contract/told.ts'
import type { Message } from '#core/message.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Past } from '#core/projection/history.ts'
import type { Session } from '#core/session.ts'
import { sealing } from '#core/settings.ts'
import type { Timers } from '#core/timers.ts'
import type { Appender } from '../events/appender.ts'
import { type Draft, type InOrder, inOrder } from '../events/order.ts'
import type { StateWriter } from '../events/states.ts'
import type { Volatile } from '../events/volatile.ts'
import type { MessageKeys } from '../keys.ts'
import type { Logins } from '../logins.ts'
import type { Previews } from '../media/preview.ts'
import type { Downloads } from '../media/receiving.ts'
import type { Uploads } from '../media/sending.ts'
import type { Device, DeviceOptions, ServerAddress, Way } from '../socket/index.ts'
import type { Timing } from '../timing.ts'
import type { Numbers } from './own-number.ts'

export type SupervisorParts = {
  server: ServerAddress
  timing: Timing
  now: Clock
  random(): number
  newEventId(): string
  log: Log
  /** Bounds how many connections are opened at the same time. */
  logins: Pick<Logins, 'add'>
  states: StateWriter
  /** True while the store does not take what we write. */
  isStoreFailing(): boolean
  /** @throws Fenced when another connector owns the device */
  openDevice(
    session: Session,
    epoch: number,
    hooks: Pick<DeviceOptions, 'deliver' | 'lookup' | 'rules' | 'log' | 'onHistory'>,
  ): Promise<Device>
  /** Packs the device of a session at rest up; undefined when it is not linked. */
  takeOut(session: Session, epoch: number): Promise<string | undefined>
  appender: Pick<Appender, 'append' | 'exclusively' | 'store'>
  /**
   * Hears of events once they are stored, of volatile ones at once, and of none at all when somebody may have begun to
   * listen; never fails, and keeps nobody waiting.
   */
  tell?(session: Session, events: Event[]): void
  find(sessionId: string): Promise<Session | undefined>
  /** Through which proxy it reaches WhatsApp, if any. */
  wayOf(session: Session): Way | undefined
  numbers: Numbers
  /** Whether the session's shard is still ours, as the store knows. */
  isOurs(): Promise<boolean>
  ledger(sessionId: string, messageId: string): Promise<Message | undefined>
  /** Runs as many parts of histories at a time as the process can bear. */
  histories: { add(work: () => Promise<void>): Promise<unknown> }
  /** Takes messages from before into the read model. */
  keepHistory(past: Past[]): Promise<void>
  /** Stores a text of ours in the ledger, as the API accepts one. Undefined when that id was accepted before. */
  accept(session: Session, messageId: string, chatId: string, text: string): Promise<Message | undefined>
  /** The ids of a session's messages that the ledger shows as waiting. */
  unsent(session: Session): Promise<string[]>
  /** Stores the answer to a request where its asker looks for it. */
  answered(session: Session, requestId: string, outcome: Outcome): Promise<unknown>
  /** A stored file as a whole, for small ones; undefined when there is none. */
  contentOf(mediaId: string): Promise<Buffer | undefined>
  /** Files on their way out and in. */
  uploads: Uploads
  /** What links show. */
  previews: Previews
  downloads: Downloads
  /** The keys of a session's messages, and the messages that they open. */
  keysOf(session: Session): MessageKeys
  /** What a session knows of people. */
  contactsOf(session: Session): ContactBook
  /** In which of its chats messages disappear. */
  timersOf(session: Session): Timers
  /** What a group is called, as far as it was told before. */
  groupName(sessionId: string, groupId: string): Promise<string | undefined>
  /** A message of the session, sent or received. */
  seek(sessionId: string, messageId: string): Promise<Message | undefined>
  /** Erases everything that is stored of a deleted session. */
  purge(session: Session): Promise<void>
  onQr(session: Session, text: string, expiresAt: number): void
  /** A connection has ended and is tried again. */
  onReconnect(): void
  /** It is connected because somebody asked for it: what it was to send before waits in the ledger. */
  catchUp(): void
  /** Nothing is supervised any more. */
  onGone(sessionId: string): void
}

/** The same for one session, whose name it need not be told again. */
export type SessionParts = Omit<
  SupervisorParts,
  'appender' | 'answered' | 'ledger' | 'keysOf' | 'contactsOf' | 'timersOf' | 'groupName' | 'seek'
> & {
  about: { sessionId: string; accountId: string }
  /** As it is known by then. */
  session(): Session
  /** Resolves when the events, which have their ids from the device, are stored. */
  append(events: Event[]): Promise<void>
  /** Resolves when events of our own are stored, behind everything that came before. */
  note(drafts: Draft[]): Promise<void>
  /** Tells what is not stored. */
  tellNow(volatile: Volatile | undefined): void
  inOrder: InOrder
  /** Of the log, while the session is not to be looked at more closely. */
  baseLevel: string
  answered(requestId: string, outcome: Outcome): Promise<unknown>
  ledger(messageId: string): Promise<Message | undefined>
  keys: MessageKeys
  contacts: ContactBook
  timers: Timers
  groupName(groupId: string): Promise<string | undefined>
  seek(messageId: string): Promise<Message | undefined>
}

/** @param current the session as it is known by then, and its device while there is one */
export function forSession(
  parts: SupervisorParts,
  session: Session,
  current: { session(): Session; device(): Device | undefined },
): SessionParts {
  const { appender, newEventId } = parts
  const { id, accountId } = session
  const timers = parts.timersOf(session)
  const ordered = inOrder(appender, id, current.device)
  const contacts = parts.contactsOf(session)
  const identify = identifying({
    phoneNumberOf: (lid) => current.device()?.phoneNumberOf(lid),
    lidOf: (phoneNumber) => current.device()?.lidOf(phoneNumber),
    usernameOf: (person) => contacts.usernameOf(person),
  })
  return {
    ...parts,
    about: { sessionId: id, accountId },
    session: current.session,
    log: parts.log.child({ sessionId: id }),
    async append(given) {
      const marks = sealing(current.session().settings)
      const events = given.map((event) => identified({ ...event, ...marks }, identify))
      await appender.append(id, events)
      timers.heard(events)
      parts.tell?.(current.session(), events.map(told))
    },
    async note(drafts) {
      const events = await ordered(async () => {
        const marks = sealing(current.session().settings)
        const placed = drafts.map((draft) => identified({ ...draft, ...marks, id: newEventId() }, identify))
        await appender.store(placed)
        return placed
      })
      timers.heard(events)
      parts.tell?.(current.session(), events)
    },
    tellNow(volatile) {
      const place = { id: newEventId(), sessionId: id, accountId, timestamp: iso(parts.now()) }
      if (volatile) parts.tell?.(current.session(), [identified({ ...place, ...volatile }, identify)])
    },
    inOrder: ordered,
    baseLevel: parts.log.level,
    answered: (requestId, outcome) => parts.answered(current.session(), requestId, outcome),
    ledger: (messageId) => parts.ledger(id, messageId),
    keys: parts.keysOf(session),
    contacts,
    timers,
    groupName: (groupId) => parts.groupName(id, groupId),
    seek: (messageId) => parts.seek(id, messageId),
  }
}
