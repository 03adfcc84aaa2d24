/**
 * Sends the outbox over one open connection: everything unanswered first, in the order of acceptance and with the same
 * ids (R8), then whatever is accepted, when the session's rules let it go. A message that fails while the line holds is
 * tried again later, holding up its own chat only, and given up after a few times.
 */
import { jidDecode, jidEncode, jidNormalizedUser, proto, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { isChannel, isGroup } from '#core/jid.ts'
import { outside } from './context.ts'
import { textOf } from './errors.ts'
import { extrasOf } from './extras.ts'
import { ForgedSignature } from './hardening/index.ts'
import type { Line } from './line.ts'
import type { Outbox } from './outbox.ts'
import { PostAnswers } from './post-answers.ts'
import { postOf } from './posts.ts'
import type { Rules, Waiting } from './rules.ts'
import { SendQueue } from './send-queue.ts'
import { standingOf } from './standing.ts'
import type { Outgoing } from './types.ts'
import type { WriteSet } from './write-set.ts'

const RETRY_AFTER_MS = [1000, 5000, 20_000]
/** What WhatsApp answers when there is no such group, or we may not write to it. */
const FINAL = new Set([400, 401, 403, 404, 406, 410])

/** The server's refusal of a message to somebody who does not know us. */
const STRANGER = '463'
const REFUSED = { by: 'server', code: STRANGER } as const

export type SenderOptions = {
  socket: WASocket
  set: WriteSet
  outbox: Outbox
  line: Line
  rules: Rules
  /** Whether this recipient lets us write to it. */
  isTrusted(to: string): boolean
  now(): number
  log: Logger
}

/** The recipient has no device that a message could be encrypted for: it is not on WhatsApp. */
class NoDevices extends Error {
  override readonly name = 'NoDevices'
}

export class Sender {
  readonly #options: SenderOptions
  readonly #queue: SendQueue
  readonly #failures = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #posts = new PostAnswers()
  #wake = () => {}
  #running = false
  #started = false

  constructor(options: SenderOptions) {
    this.#options = options
    this.#queue = new SendQueue(options.outbox, (to) => this.#verdictOn(to))
  }

  /** The connection is open. */
  start(): void {
    const { outbox, set } = this.#options
    this.#started = true
    const groups = this.#queue
      .fill()
      .map((id) => outbox.recipientOf(id) ?? '')
      .filter(isGroup)
    // "They know my sender key" was noted before the bytes that tell them left.
    if (groups.length > 0)
      set.apply({ 'sender-key-memory': Object.fromEntries(groups.map((jid) => [jid, null])) })
    this.#run()
  }

  /** A message was accepted. */
  send(id: string): void {
    if (!this.#started) return
    this.#queue.add(id)
    this.#run()
  }

  /** The rules may have changed, or somebody may have come to trust us. */
  proceed(): void {
    this.#queue.lookAgain()
    this.#wake()
    if (this.#started) this.#run()
  }

  /** WhatsApp has answered: it took the message, or refused it with this code. A channel numbers what it takes. */
  answered(stanzaId: string, code: string | undefined, serverId?: string): void {
    const id = this.#posts.take(stanzaId)
    const to = this.#options.outbox.recipientOf(id)
    if (code === STRANGER && to !== undefined) return void this.#refused(id, to)
    this.#queue.settle(id)
    this.#failures.delete(id)
    this.#options.outbox.answered(id, code ? { by: 'server', code } : undefined, serverId)
  }

  /** True unless it has left. It never does then. */
  withdraw(id: string): boolean {
    if (this.#queue.isUnderWay(id)) return false
    this.#queue.settle(id)
    return true
  }

  /** Why messages wait that could leave as far as the connection goes. */
  reasons(): Map<string, Waiting> {
    const { rules, now } = this.#options
    const leavesAt = (others: number) => {
      const wait = rules.ahead(others)
      return wait > 0 ? now() + wait : undefined
    }
    return this.#queue.reasons(leavesAt)
  }

  stop(): void {
    this.#started = false
    this.#queue.clear()
    this.#posts.clear()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#wake()
  }

  #verdictOn(to: string) {
    return this.#options.rules.verdict(() => this.#options.isTrusted(to))
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    void outside(() => this.#sendAll())
  }

  async #sendAll(): Promise<void> {
    const { outbox, rules } = this.#options
    for (let next = this.#queue.next(); next && this.#started; next = this.#queue.next()) {
      const { id, verdict } = next
      const pause = verdict === 'go' ? rules.pause() : 0
      if (pause > 0) {
        await this.#sleep(pause)
        continue
      }
      this.#queue.take(id)
      if (verdict === 'fail') {
        this.#queue.settle(id)
        outbox.answered(id, REFUSED)
        continue
      }
      const message = outbox.get(id)
      if (!message) continue
      rules.left()
      await this.#relay(message).catch((error: unknown) => this.#failed(message, error))
    }
    this.#running = false
  }

  /** Until the time is over, the rules may have changed, or the connection is lost. */
  async #sleep(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, milliseconds)
    await promise
    clearTimeout(timer)
  }

  /** What becomes of it depends on how the account stands; what comes behind it in its chat waits for that, too. */
  async #refused(id: string, to: string): Promise<void> {
    const { rules, outbox, line, socket, log } = this.#options
    log.warn({ messageId: id }, 'WhatsApp refuses messages to people who do not know the account')
    this.#queue.rest(to)
    await rules.refused(async () => standingOf(await line.untilLost(socket.fetchAccountReachoutTimelock())))
    if (line.isLost || !this.#started) return
    this.#queue.wake(to)
    if (this.#verdictOn(to) === 'hold') this.#queue.back(id)
    else {
      this.#queue.settle(id)
      outbox.answered(id, REFUSED)
    }
    this.#run()
  }

  /** As somebody who types would be seen. */
  async #type(to: string, text: string): Promise<void> {
    const { rules, socket, line, log } = this.#options
    const pause = text && to.endsWith('@s.whatsapp.net') ? rules.typing(text.length) : 0
    if (pause === 0) return
    try {
      await line.untilLost(socket.sendPresenceUpdate('composing', to))
    } catch (error) {
      log.debug({ error: textOf(error) }, 'typing was not shown')
    }
    await line.untilLost(new Promise((resolve) => setTimeout(resolve, pause).unref()))
  }

  async #relay(message: Outgoing): Promise<void> {
    const { socket, line } = this.#options
    if (isChannel(message.to)) return this.#post(message)
    await this.#assertReachable(message.to)
    const content = proto.Message.decode(message.message)
    await this.#type(message.to, content.conversation || content.extendedTextMessage?.text || '')
    line.assertAlive()
    const { attributes, nodes } = extrasOf(content)
    const options = {
      messageId: message.id,
      additionalAttributes: { ...attributes, ...message.attributes },
      additionalNodes: nodes,
      ...(message.recipients ? { statusJidList: this.#viewers(message.recipients) } : {}),
    }
    await line.untilLost(line.run(() => socket.relayMessage(message.to, content, options)))
  }

  async #post(message: Outgoing): Promise<void> {
    const { socket, line } = this.#options
    const stanza = postOf(message)
    this.#posts.expect(stanza.attrs.id ?? '', message.id)
    await line.untilLost(socket.sendNode(stanza))
  }

  /** Our own phone shows what we post only when it can read it, too. */
  #viewers(recipients: string[]): string[] {
    const { id, lid } = this.#options.socket.authState.creds.me ?? {}
    return [...recipients, jidNormalizedUser(lid ?? id)]
  }

  /** Without this, Baileys "sends" an empty stanza, or only to our own phone, when the list of devices is not to be had. */
  async #assertReachable(to: string): Promise<void> {
    const { socket, line } = this.#options
    const target = jidDecode(to)
    if (!target || (target.server !== 's.whatsapp.net' && target.server !== 'lid')) return
    const { id = '', lid } = socket.authState.creds.me ?? {}
    const self = target.server === 'lid' && lid ? lid : id
    const own = jidEncode(
      jidDecode(self)?.user ?? '',
      target.server === 'lid' && lid ? 'lid' : 's.whatsapp.net',
    )
    const devices = await line.untilLost(socket.getUSyncDevices([own, to], true, false))
    if (devices.some(({ user }) => user === target.user)) return
    if (target.server === 'lid' || (await this.#isUnknown(target.user)))
      throw new NoDevices('It has no device.')
    throw new Error('The devices of the recipient could not be had.')
  }

  /** A list of devices that did not come in time is empty as well, so the server has to say it in so many words. */
  async #isUnknown(number: string): Promise<boolean> {
    const { socket, line } = this.#options
    const answer = await line.untilLost(socket.onWhatsApp(number))
    return answer !== undefined && !answer.some(({ exists }) => exists)
  }

  #failed(message: Outgoing, error: unknown): void {
    const { line, set, log, outbox } = this.#options
    if (line.isLost || set.dead || !this.#started) return
    const failures = (this.#failures.get(message.id) ?? 0) + 1
    const wait = isFinal(error) ? undefined : RETRY_AFTER_MS[failures - 1]
    log.warn({ messageId: message.id, failures, error: textOf(error) }, 'a message could not be sent')
    if (wait === undefined) {
      this.#failures.delete(message.id)
      this.#queue.settle(message.id)
      outbox.answered(message.id, { by: 'device', code: codeOf(error) })
      return
    }
    this.#failures.set(message.id, failures)
    this.#queue.rest(message.to)
    this.#queue.back(message.id)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#queue.wake(message.to)
      this.#run()
    }, wait)
    this.#timers.add(timer)
  }
}

/** WhatsApp's own number, which Baileys puts into `data`. */
const numberOf = (error: unknown) =>
  error instanceof Error && 'data' in error && typeof error.data === 'number' ? error.data : undefined

const isFinal = (error: unknown) => error instanceof NoDevices || FINAL.has(numberOf(error) ?? 0)

function codeOf(error: unknown): string {
  if (error instanceof NoDevices) return 'no-devices'
  if (error instanceof ForgedSignature) return 'forged-bundle'
  const number = numberOf(error)
  if (number !== undefined) return String(number)
  return /timed out/i.test(textOf(error)) ? 'timeout' : 'not-sent'
}
