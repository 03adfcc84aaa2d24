/**
 * Sends the outbox over one open connection: everything unanswered first, in the order of acceptance and with the same
 * ids (R8), then whatever is accepted. A message that fails while the line holds is tried again later without holding
 * up the others, and given up after a few times.
 */
import { jidDecode, jidEncode, proto, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { outside } from './context.ts'
import { extrasOf } from './extras.ts'
import { ForgedSignature } from './hardening/index.ts'
import type { Line } from './line.ts'
import type { Outbox } from './outbox.ts'
import type { Outgoing } from './types.ts'
import type { WriteSet } from './write-set.ts'

const RETRY_AFTER_MS = [1000, 5000, 20_000]
/** What WhatsApp answers when there is no such group, or we may not write to it. */
const FINAL = new Set([400, 401, 403, 404, 406, 410])

export type SenderOptions = { socket: WASocket; set: WriteSet; outbox: Outbox; line: Line; log: Logger }

/** The recipient has no device that a message could be encrypted for: it is not on WhatsApp. */
class NoDevices extends Error {
  override readonly name = 'NoDevices'
}

export class Sender {
  readonly #options: SenderOptions
  readonly #failures = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #queue: string[] = []
  #running = false
  #started = false

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** The connection is open. */
  start(): void {
    const { outbox, set } = this.#options
    this.#started = true
    this.#queue = outbox.unanswered()
    const groups = this.#queue.map((id) => outbox.get(id)?.to ?? '').filter((to) => to.endsWith('@g.us'))
    // "They know my sender key" was noted before the bytes that tell them left.
    if (groups.length > 0)
      set.apply({ 'sender-key-memory': Object.fromEntries(groups.map((jid) => [jid, null])) })
    this.#run()
  }

  /** A message was accepted. */
  send(id: string): void {
    if (!this.#started) return
    this.#queue.push(id)
    this.#run()
  }

  stop(): void {
    this.#started = false
    this.#queue = []
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    void outside(() => this.#sendAll())
  }

  async #sendAll(): Promise<void> {
    for (let id = this.#queue.shift(); id !== undefined; id = this.#queue.shift()) {
      const message = this.#options.outbox.get(id)
      if (message) await this.#relay(message).catch((error: unknown) => this.#failed(message, error))
    }
    this.#running = false
  }

  async #relay(message: Outgoing): Promise<void> {
    const { socket, line } = this.#options
    await this.#assertReachable(message.to)
    line.assertAlive()
    const content = proto.Message.decode(message.message)
    const { attributes, nodes } = extrasOf(content)
    const relayed = socket.relayMessage(message.to, content, {
      messageId: message.id,
      additionalAttributes: { ...attributes, ...message.attributes },
      additionalNodes: nodes,
    })
    await line.untilLost(relayed)
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
      outbox.answered(message.id, { by: 'device', code: codeOf(error) })
      return
    }
    this.#failures.set(message.id, failures)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.send(message.id)
    }, wait)
    this.#timers.add(timer)
  }
}

const textOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

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
