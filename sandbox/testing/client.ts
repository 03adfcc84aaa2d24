/**
 * A real Baileys client for the tests of the sandbox, with everything it must remember in memory. It trusts the
 * sandbox by its root key, reconnects after linking as an application would, and records what it hears.
 */
import makeWASocket, {
  type AuthenticationCreds,
  type BaileysEventMap,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WASocket,
} from '@whiskeysockets/baileys'
import pino from 'pino'
import type { Sandbox } from '../index.ts'
import { eventually } from './eventually.ts'
import './quiet.ts'

export type Memory = {
  creds: AuthenticationCreds
  keys: Map<string, string>
  /** What was written, by id: whoever cannot read it asks for it again, also after a reconnect. */
  sent?: Map<string, proto.IMessage>
}
export type Message = proto.IWebMessageInfo
export type Closed = { code: number | undefined; text: string | undefined }

const silent = pino({ level: 'silent' })

export const freshMemory = (): Memory => ({ creds: initAuthCreds(), keys: new Map() })

/** An independent copy, as a restored backup would be. */
export const copyMemory = ({ creds, keys }: Memory): Memory => ({
  creds: JSON.parse(JSON.stringify(creds, BufferJSON.replacer), BufferJSON.reviver),
  keys: new Map(keys),
})

export class Client {
  readonly memory: Memory
  readonly qrs: string[] = []
  readonly messages: Message[] = []
  /** Ids of the messages that the phone told of as history. */
  readonly history: string[] = []
  readonly updates: BaileysEventMap['messages.update'] = []
  readonly groupReceipts: BaileysEventMap['message-receipt.update'] = []
  readonly presences: BaileysEventMap['presence.update'][] = []
  readonly closes: Closed[] = []
  /** Message ids that the server acknowledged, and those it refused, with the code. */
  readonly acks = new Map<string, string | undefined>()
  /** Receipts as they came over the wire, before Baileys merges them. */
  readonly receipts: Record<string, string>[] = []
  /** Ids of the messages that came over the wire, whatever Baileys made of them. */
  readonly arrived = new Set<string>()
  socket!: WASocket
  isOpen = false
  private readonly box: Pick<Sandbox, 'wsUrl' | 'rootKey'>
  private readonly config: Partial<UserFacingSocketConfig>
  private readonly sent: Map<string, proto.IMessage>

  constructor(
    box: Pick<Sandbox, 'wsUrl' | 'rootKey'>,
    memory = freshMemory(),
    config: Partial<UserFacingSocketConfig> = {},
  ) {
    this.box = box
    this.memory = memory
    this.sent = memory.sent ??= new Map()
    this.config = config
  }

  connect(): this {
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(this.box.rootKey, 'hex')
    this.socket = makeWASocket({
      waWebSocketUrl: this.box.wsUrl,
      auth: { creds: this.memory.creds, keys: memoryKeys(this.memory.keys) },
      logger: silent,
      getMessage: async ({ id }) => this.sent.get(id ?? ''),
      ...this.config,
    })
    this.listen(this.socket)
    return this
  }

  /** Shows a code and has this number's phone scan it; resolves when the client is logged in as a device. */
  async link(control: Sandbox['control'], number: string): Promise<this> {
    this.connect()
    await eventually(() => this.qrs.length > 0)
    await control.scan(number, this.qrs.at(-1)!)
    await this.ready()
    return this
  }

  async ready(): Promise<this> {
    await eventually(() => this.isOpen)
    return this
  }

  async send(jid: string, text: string, messageId?: string): Promise<string> {
    const sent = await this.socket.sendMessage(jid, { text }, messageId ? { messageId } : {})
    const id = sent?.key.id
    if (!id || !sent.message) throw new Error('Baileys sent nothing.')
    this.sent.set(id, sent.message)
    return id
  }

  textOf = (id: string): string | null | undefined => {
    const message = this.messages.findLast((each) => each.key?.id === id && each.message)?.message
    return message?.conversation ?? message?.extendedTextMessage?.text
  }

  /** Every status that this message has had, in order: 3 delivered, 4 read, 0 refused. */
  statuses = (id: string): (number | null | undefined)[] => [
    ...this.messages.filter((each) => each.key?.id === id && each.status != null).map((each) => each.status),
    ...this.updates.filter((each) => each.key.id === id).map((each) => each.update.status),
  ]

  /** The types of the receipts for this message, in order. */
  receiptsOf = (id: string): string[] =>
    this.receipts.filter((attrs) => attrs.id === id).map((attrs) => attrs.type ?? 'delivery')

  async stop() {
    this.isOpen = false
    await this.socket?.end(undefined)
  }

  private listen({ ev, ws }: WASocket) {
    ws.on('CB:ack,class:message', ({ attrs }) => this.acks.set(attrs.id, attrs.error))
    ws.on('CB:message', ({ attrs }) => this.arrived.add(attrs.id))
    ws.on('CB:receipt', ({ attrs }) => this.receipts.push(attrs))
    ev.on('creds.update', (update) => Object.assign(this.memory.creds, update))
    ev.on('messages.upsert', ({ messages }) => this.messages.push(...messages))
    ev.on('messaging-history.set', ({ messages }) =>
      this.history.push(...messages.map(({ key }) => key.id ?? '')),
    )
    ev.on('messages.update', (updates) => this.updates.push(...updates))
    ev.on('message-receipt.update', (updates) => this.groupReceipts.push(...updates))
    ev.on('presence.update', (presence) => this.presences.push(presence))
    ev.on('connection.update', ({ connection, lastDisconnect, qr }) => {
      if (qr) this.qrs.push(qr)
      if (connection === 'open') this.isOpen = true
      if (connection !== 'close') return
      this.isOpen = false
      const error = lastDisconnect?.error as
        | { message?: string; output?: { statusCode?: number } }
        | undefined
      const code = error?.output?.statusCode
      this.closes.push({ code, text: error?.message })
      if (code === 515) this.connect()
    })
  }
}

/** The key store keeps JSON, so that nothing is shared by reference; app-state keys have to become messages again. */
function memoryKeys(store: Map<string, string>) {
  return {
    get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: { [id: string]: SignalDataTypeMap[T] } = {}
      for (const id of ids) {
        const json = store.get(`${type}:${id}`)
        if (json === undefined) continue
        const value = JSON.parse(json, BufferJSON.reviver)
        found[id] =
          type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value
      }
      return found
    },
    set(data: SignalDataSet) {
      for (const [type, values] of Object.entries(data))
        for (const [id, value] of Object.entries(values ?? {}))
          if (value === null || value === undefined) store.delete(`${type}:${id}`)
          else store.set(`${type}:${id}`, JSON.stringify(value, BufferJSON.replacer))
    },
  }
}
