/**
 * Messages on their way out of one session: hands commands to the device, those of a chat in their order and none twice,
 * and keeps the ledger true about those that wait or will never go. A command is done when the device has it durably,
 * when it waits for its turn in its chat (the ledger still has it then), or when there is nothing left to do about it.
 */
import { type Content, isDeed, isPlain } from '#core/contract/content.ts'
import type { MessageFacts, Waiting } from '#core/contract/message.ts'
import { addressOf } from '#core/jid.ts'
import { hasReached, type Message } from '#core/message.ts'
import { iso } from '#core/platform/clock.ts'
import { textMessage } from '../convert/index.ts'
import type { Draft } from '../events/order.ts'
import { Recent } from '../recent.ts'
import type { Device, Waiting as Waits } from '../socket/index.ts'
import type { Timing } from '../timing.ts'
import { within } from '../within.ts'
import type { SessionParts } from './parts.ts'
import { type PrepareParts, preparing, type Ready } from './prepare.ts'
import { WaitingRoom } from './waiting-room.ts'

/** A `message.send` command. `isRepeat`: it may have been done before, as far as the queue knows. */
export type Send = {
  messageId: string
  to: string
  content: Content
  acceptedAt: string
  /** Who sees a status. */
  recipients?: string[] | undefined
  isRepeat: boolean
}
/** `later`: nothing was done, hand it out again. */
export type Outcome = 'done' | 'later'

type Parts = Pick<SessionParts, 'about' | 'ledger' | 'timers' | 'note' | 'now' | 'log'> &
  PrepareParts & {
    timing: Pick<Timing, 'QUEUED_AFTER_MS' | 'OVERLOOKED_AFTER_MS'>
    /** The present device of the session, if there is one. */
    device(): Device | undefined
  }

/** `held`: the device has it durably. */
type Taken = { facts: MessageFacts; at: number; held: boolean; shown: boolean }

/** Enough to bridge the moment between the answer of the server and the ledger's knowing of it. */
const REMEMBERED = 1_000
/** How long whoever takes a message back waits for the ledger to show it. */
const TOLD_MS = 2_000

export class Outbox {
  readonly #parts: Parts
  readonly #taken = new Map<string, Taken>()
  #onSettled = () => {}
  readonly #settled = new Recent(REMEMBERED)
  readonly #prepare: ReturnType<typeof preparing>
  readonly #room = new WaitingRoom((command) => this.#carry(command))

  constructor(parts: Parts) {
    this.#parts = parts
    this.#prepare = preparing(parts)
  }

  /**
   * Commands of one session, in order. What takes work is done for as well: it waits in a line of its chat, and in the
   * ledger, and holds up nobody else.
   */
  async take(device: Device, commands: Send[]): Promise<Outcome[]> {
    const { timers, log } = this.#parts
    try {
      await timers.known()
    } catch (error) {
      log.warn({ err: error }, 'messages wait: it is not known in which chats they disappear')
      return commands.map(() => 'later')
    }
    const open = await Promise.all(commands.map((command) => this.#isOpen(command)))
    return Promise.all(
      commands.map((command, index) => (open[index] ? this.#admit(device, this.#timed(command)) : 'done')),
    )
  }

  /** What only changes another message lasts as long as that one. */
  #timed(command: Send): Send {
    const disappearingSeconds = this.#parts.timers.of(command.to)
    if (!disappearingSeconds || isDeed(command.content)) return command
    return { ...command, content: { ...command.content, disappearingSeconds } }
  }

  /** The session is connected: what waited for that goes on. */
  resume(): void {
    this.#room.wake()
  }

  /** Nothing more is given to a device. */
  leave(): void {
    this.#room.close()
  }

  /** How many are here that the server has not taken. */
  get waiting(): number {
    return this.#room.size + (this.#parts.device()?.waiting() ?? 0)
  }

  /** What the event log says of a message that is on its way; undefined when this process did not take it. */
  factsOf(messageId: string): MessageFacts | undefined {
    return this.#taken.get(messageId)?.facts
  }

  /** Resolves when the server has answered everything that it was sent, or after `patience` ms. */
  async answered(device: Device | undefined, patience: number): Promise<void> {
    if (!device || device.waiting() === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patience)
    this.#onSettled = () => {
      if (device.waiting() === 0) resolve()
    }
    await promise
    clearTimeout(timer)
    this.#onSettled = () => {}
  }

  /** The fate of these is known and stored. */
  settle(messageIds: string[]): void {
    for (const id of messageIds) {
      this.#taken.delete(id)
      this.#settled.add(id)
    }
    setImmediate(() => this.#onSettled())
  }

  /**
   * Shows those that the server has not taken for a while as queued: only what the device holds durably, because nobody
   * looks for a queued message any more.
   */
  tick(device: Device): void {
    const { now, timing, note } = this.#parts
    device.proceed()
    const late = [...this.#taken].filter(
      ([, taken]) => taken.held && !taken.shown && now() - taken.at >= timing.QUEUED_AFTER_MS,
    )
    for (const [, taken] of late) taken.shown = true
    const waiting = late.filter(([id]) => device.isWaiting(id))
    if (waiting.length === 0) return
    const waits = device.waits()
    void note(
      waiting.map(([id, { facts }]) =>
        this.#status(id, 'queued', { chatId: facts.chatId, ...shownAs(waits.get(id)) }),
      ),
    )
  }

  /** Takes back a message that has not left. False when it has, or is not known here. */
  async cancel(messageId: string): Promise<boolean> {
    const device = this.#parts.device()
    if (device?.isWaiting(messageId)) {
      if (!device.withdraw(messageId)) return false
      await within(TOLD_MS, device.flush(), 'telling that a message was taken back').catch(() => undefined)
      return true
    }
    const isHere = this.#room.has(messageId)
    if (this.#settled.has(messageId)) return false
    if (!isHere && (await this.#parts.ledger(messageId))?.status !== 'accepted') return false
    // From here on nobody hands it to the device, whoever has it at the moment.
    if (this.#taken.has(messageId)) return false
    this.#settled.add(messageId)
    await this.fail([messageId], 'cancelled')
    return true
  }

  /** These will never be sent. */
  async fail(messageIds: string[], reason: string): Promise<void> {
    await this.#parts.note([...new Set(messageIds)].map((id) => this.#status(id, 'failed', { reason })))
    this.settle(messageIds)
  }

  /** What comes again, or late, may have come on another way before: then the ledger is asked. */
  async #isOpen({ messageId, isRepeat, acceptedAt }: Send): Promise<boolean> {
    if (this.#settled.has(messageId)) return false
    if (this.#taken.has(messageId)) return true
    const age = this.#parts.now() - Date.parse(acceptedAt)
    if (!isRepeat && age < this.#parts.timing.OVERLOOKED_AFTER_MS / 2) return true
    const message = await this.#parts.ledger(messageId)
    return message !== undefined && message.status !== 'failed' && !isTaken(message)
  }

  /** In the order of the calls, as far as one chat is concerned. */
  async #admit(device: Device, command: Send): Promise<Outcome> {
    const { messageId, to, content } = command
    if (this.#room.has(messageId)) return 'done'
    if (this.#room.isFull) return 'later'
    if (isPlain(content) && !this.#room.isOccupied(to))
      return this.#accept(device, command, { message: textMessage(content.text ?? '') })
    this.#room.add(command)
    return 'done'
  }

  /** One whose turn in its chat has come. */
  async #carry(command: Send): Promise<Outcome> {
    const { device, log } = this.#parts
    if (this.#settled.has(command.messageId)) return 'done'
    const present = device()
    if (!present?.linked) return 'later'
    try {
      const prepared = await this.#prepare(present, command)
      if ('message' in prepared) return await this.#accept(present, command, prepared)
      if (prepared.reason === undefined) return 'later'
      await this.fail([command.messageId], prepared.reason)
      return 'done'
    } catch (error) {
      log.warn({ err: error, messageId: command.messageId }, 'message waits')
      return 'later'
    }
  }

  async #accept(device: Device, command: Send, ready: Ready): Promise<Outcome> {
    const { messageId, to, recipients } = command
    if (this.#settled.has(messageId)) return 'done'
    const facts = this.#facts(command, device.me?.phoneNumber)
    if (!this.#taken.has(messageId))
      this.#taken.set(messageId, { facts, at: this.#parts.now(), held: false, shown: false })
    try {
      await device.accept({ id: messageId, to, ...ready, ...(recipients ? { recipients } : {}) })
      const taken = this.#taken.get(messageId)
      if (taken) taken.held = true
      return 'done'
    } catch (error) {
      this.#taken.delete(messageId)
      this.#parts.log.warn({ err: error, messageId }, 'message not taken yet')
      return 'later'
    }
  }

  #facts({ messageId, to, content, acceptedAt }: Send, own: string | undefined): MessageFacts {
    return {
      id: messageId,
      chatId: to,
      fromMe: true,
      from: own ?? '',
      to: addressOf(to),
      sender: own ? { phoneNumber: own } : {},
      timestamp: acceptedAt,
      ...content,
    }
  }

  #status(
    messageId: string,
    status: 'queued' | 'failed',
    detail: { chatId?: string; reason?: string; waiting?: Waiting },
  ): Draft {
    const { about, now } = this.#parts
    return {
      ...about,
      timestamp: iso(now()),
      type: 'message.status',
      payload: { messageId, status, ...detail },
    }
  }
}

const isTaken = ({ status }: Message): boolean => status !== 'received' && hasReached(status, 'server')

const shownAs = (waits: Waits | undefined) =>
  waits && { waiting: { reason: waits.reason, ...(waits.until ? { until: iso(waits.until) } : {}) } }
