/**
 * A history as it comes off the wire, piece by piece: however large it is, no more than one message of it is in memory at
 * a time. Its form is that of protocol buffers (`HistorySync` in WAProto): what a chat is called stands behind its
 * messages and the numbers behind LIDs stand at the end, so whoever wants both reads twice.
 */
import { pipeline } from 'node:stream/promises'
import { createInflate } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'

/** It cannot be read: cut off, exchanged, or of a form that nobody knows. */
export class BrokenHistory extends Error {
  override readonly name = 'BrokenHistory'
}

/** `chat` counts the chats from 0. */
export type SyncMessage = { chat: number; message: proto.IHistorySyncMsg }

type Piece =
  /** A field beside the chats, as it is encoded. */
  | { of: 'sync'; raw: Buffer }
  /** A field of a chat beside its messages. */
  | { of: 'chat'; chat: number; raw: Buffer }
  | { of: 'message'; chat: number; bytes: Buffer }

/** Fields of HistorySync and of Conversation, by number. */
const SYNC = { type: 1, conversations: 2, pushnames: 7, numbers: 15 }
const MESSAGES = 2
/** In bytes: of one field, and of what is inflated at a time. */
const [LARGEST, CHUNK] = [4 << 20, 64 << 10]

/**
 * Everything but the messages, of which the newest few of each chat stay: where a number is missing they tell it.
 * @param content deflated @throws BrokenHistory
 */
export async function headsIn(content: AsyncIterable<Uint8Array>): Promise<proto.HistorySync> {
  const [kept, newest] = [new Set([SYNC.type, SYNC.pushnames, SYNC.numbers]), 3]
  const rest: Buffer[] = []
  const chats: { raw: Buffer[]; messages: proto.IHistorySyncMsg[] }[] = []
  for await (const piece of pieces(content)) {
    if (piece.of === 'sync') {
      if (kept.has((piece.raw[0] ?? 0) >> 3)) rest.push(piece.raw)
      continue
    }
    chats[piece.chat] ??= { raw: [], messages: [] }
    const chat = chats[piece.chat]
    if (piece.of === 'chat') chat?.raw.push(piece.raw)
    else if (chat && chat.messages.length < newest) chat.messages.push(decoded(piece.bytes))
  }
  return understood(() => {
    const sync = proto.HistorySync.decode(Buffer.concat(rest))
    sync.conversations = chats.map(({ raw, messages }) => {
      const head = proto.Conversation.decode(Buffer.concat(raw))
      head.messages = messages
      return head
    })
    return sync
  })
}

export const encodeHeads = (heads: proto.HistorySync): Uint8Array => proto.HistorySync.encode(heads).finish()

/** @param content deflated @param from how many are left out, from the beginning @throws BrokenHistory */
export async function* messagesIn(
  content: AsyncIterable<Uint8Array>,
  from = 0,
): AsyncGenerator<SyncMessage, void> {
  let place = 0
  for await (const piece of pieces(content))
    if (piece.of === 'message' && place++ >= from) yield { chat: piece.chat, message: decoded(piece.bytes) }
}

const decoded = (bytes: Buffer): proto.IHistorySyncMsg => understood(() => proto.HistorySyncMsg.decode(bytes))

async function* pieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Piece, void> {
  const reader = new Reader(inflated(content)[Symbol.asyncIterator]())
  for (let chat = -1; await reader.has(1); ) {
    const { number, wire, key } = await reader.key()
    if (number !== SYNC.conversations || wire !== 2) {
      yield { of: 'sync', raw: Buffer.concat([key, await reader.rest(wire)]) }
      continue
    }
    chat++
    const end = (await reader.varint()).value + reader.position
    while (reader.position < end) {
      const field = await reader.key()
      const raw = await reader.rest(field.wire)
      if (field.number === MESSAGES && field.wire === 2)
        yield { of: 'message', chat, bytes: raw.subarray(varintBytes(raw)) }
      else yield { of: 'chat', chat, raw: Buffer.concat([field.key, raw]) }
    }
    if (reader.position !== end) throw new BrokenHistory('A chat ends in the middle of a field.')
    // One without any field is a chat all the same.
    yield { of: 'chat', chat, raw: Buffer.alloc(0) }
  }
}

async function* inflated(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const inflate = createInflate({ chunkSize: CHUNK })
  const flowing = pipeline(content, inflate)
  flowing.catch(() => {})
  for await (const chunk of inflate) yield chunk as Buffer
  await flowing
}

class Reader {
  position = 0
  readonly #chunks: AsyncIterator<Buffer>
  #buffer: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterator<Buffer>) {
    this.#chunks = chunks
  }

  /** Whether so many bytes are left. */
  async has(count: number): Promise<boolean> {
    while (this.#buffer.length < count) {
      const { value, done } = await this.#chunks.next()
      if (done) return false
      this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value])
    }
    return true
  }

  async key(): Promise<{ number: number; wire: number; key: Buffer }> {
    const { value, raw } = await this.varint()
    const [number, wire] = [Math.floor(value / 8), value % 8]
    if (number === 0) throw new BrokenHistory('A field has no number.')
    return { number, wire, key: raw }
  }

  /** The value of a field, as it is encoded. */
  async rest(wire: number): Promise<Buffer> {
    if (wire === 0) return (await this.varint()).raw
    if (wire === 1) return this.#take(8)
    if (wire === 5) return this.#take(4)
    if (wire !== 2) throw new BrokenHistory('A field is of an unknown kind.')
    const { value, raw } = await this.varint()
    return Buffer.concat([raw, await this.#take(value)])
  }

  async varint(): Promise<{ value: number; raw: Buffer }> {
    let value = 0
    for (let count = 1; count <= 10; count++) {
      if (!(await this.has(count))) throw new BrokenHistory('It ends in the middle of a number.')
      const byte = this.#buffer[count - 1] ?? 0
      value += (byte & 127) * 2 ** (7 * (count - 1))
      if (byte < 128) return { value, raw: await this.#take(count) }
    }
    throw new BrokenHistory('A number is too long.')
  }

  async #take(count: number): Promise<Buffer> {
    if (count > LARGEST) throw new BrokenHistory('A field is too large.')
    if (!(await this.has(count))) throw new BrokenHistory('It ends in the middle of a field.')
    const taken = this.#buffer.subarray(0, count)
    this.#buffer = this.#buffer.subarray(count)
    this.position += count
    return taken
  }
}

const varintBytes = (bytes: Buffer): number => bytes.findIndex((byte) => byte < 128) + 1

function understood<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new BrokenHistory('It is not what a phone writes.', { cause })
  }
}
