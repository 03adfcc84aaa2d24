/**
 * A durable device against the sandbox, as the supervisor of the connector drives it, with everything that happened on
 * record: for tests of connector/socket. Reconnects by itself unless told not to.
 */
import { proto } from '@whiskeysockets/baileys'
import pino from 'pino'
import type { DeviceStore } from '#core/device/index.ts'
import {
  type Closed,
  type Connection,
  type ConnectSettings,
  type Device,
  openDevice,
  type Presence,
  type Row,
} from '../../connector/socket/index.ts'
import type { DeviceOptions } from '../../connector/socket/types.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { until } from './until.ts'

export const jidOf = (number: string): string => `${number.replace('+', '')}@s.whatsapp.net`
export const textMessage = (text: string): Uint8Array => proto.Message.encode({ conversation: text }).finish()

export function textOf(row: Row): string | undefined {
  if (row.kind !== 'message') return undefined
  const message = proto.Message.decode(row.message)
  return message.conversation || message.extendedTextMessage?.text || undefined
}

export type Rig = AsyncDisposable & {
  device: Device
  readonly connection: Connection
  rows: Row[]
  closes: Closed[]
  /** Texts that were handed on, by message id, in order of arrival; each id once. */
  texts(): Map<string, string>
  /** How often each message id was handed on as a readable text. */
  handed(id: string): number
  presences: Presence[]
  /** Called whenever `open` is told. */
  onOpen: () => void
  /** How often `open` was told. */
  readonly opens: number
  qrs: string[]
  connect(): Connection
  send(to: string, text: string, id?: string): Promise<string>
  untilOpen(): Promise<void>
  /** As a SIGKILL would: nothing is drained, and nothing of this rig happens any more. */
  abandon(): void
}

export type RigOptions = Partial<DeviceOptions> & {
  store: DeviceStore
  settings?: ConnectSettings
  reconnect?: boolean
  /** Scan every new QR with this number. */
  scan?: string
}

let ids = 0

export async function rig(box: Sandbox, options: RigOptions): Promise<Rig> {
  const { settings = {}, reconnect = true, scan, ...deviceOptions } = options
  const rows: Row[] = []
  const closes: Closed[] = []
  const qrs: string[] = []
  const presences: Presence[] = []
  let opens = 0
  let gone = false
  let connection: Connection | undefined
  const device = await openDevice({
    epoch: 1,
    lookup: async () => undefined,
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    ...deviceOptions,
    deliver: async (batch) => {
      await deviceOptions.deliver?.(batch)
      if (!gone) rows.push(...batch)
    },
  })
  const connect = (): Connection => {
    connection = device.connect({ mode: 'sandbox', url: box.wsUrl, rootKey: box.rootKey }, observer, settings)
    return connection
  }
  const observer = {
    qr(text: string) {
      qrs.push(text)
      if (scan) void box.control.scan(scan, text).catch(() => {})
    },
    linked() {},
    open() {
      opens++
      it.onOpen()
    },
    presence: (presence: Presence) => void presences.push(presence),
    closed(reason: Closed) {
      closes.push(reason)
      const healable = !['ended', 'fenced', 'logged-out'].includes(reason.name)
      if (reconnect && healable && !gone) setTimeout(() => !gone && connect(), 20)
    },
  }
  const it: Rig = {
    device,
    presences,
    onOpen: () => {},
    rows,
    closes,
    qrs,
    get connection() {
      if (!connection) throw new Error('not connected yet')
      return connection
    },
    get opens() {
      return opens
    },
    texts: () =>
      new Map(
        rows.flatMap((row) => {
          const text = textOf(row)
          return row.kind === 'message' && text ? [[row.stanza.id ?? '', text] as const] : []
        }),
      ),
    handed: (id) =>
      rows.filter((row) => row.kind === 'message' && row.stanza.id === id && textOf(row)).length,
    connect,
    async send(to, text, id = `3EB0${(++ids).toString(16).toUpperCase().padStart(18, '0')}`) {
      await device.accept({ id, to, message: textMessage(text) })
      return id
    },
    untilOpen: async () => void (await until('the device is open', () => connection?.state === 'open')),
    abandon() {
      gone = true
      void connection?.end('abandoned')
    },
    async [Symbol.asyncDispose]() {
      gone = true
      await device.close()
    },
  }
  return it
}
