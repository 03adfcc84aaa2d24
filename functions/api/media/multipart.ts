/**
 * The file in a form (multipart/form-data, RFC 7578), as a stream: forms are read by the platform into memory as a
 * whole, and a file may have 100 MB. Parts before the file are read over, parts behind it are not looked at.
 */
import { Fault } from '#core/platform/fault.ts'

export type FilePart = {
  fileName: string | undefined
  mimetype: string | undefined
  content: AsyncGenerator<Buffer>
}

/** Bytes of the head of one part. */
const LONGEST_HEAD = 16_384
const BLANK_LINE = Buffer.from('\r\n\r\n')

/** @throws Fault MEDIA_INVALID when the form has no file, or ends too early */
export async function filePart(body: AsyncIterable<Uint8Array>, contentType: string): Promise<FilePart> {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare
  if (!boundary) throw invalid('It names no boundary.')
  const reader = new Reader(body)
  let delimiter = Buffer.from(`--${boundary}`)
  for (;;) {
    await reader.skipTo(delimiter)
    delimiter = Buffer.from(`\r\n--${boundary}`)
    const head = await reader.head()
    if (head.startsWith('--')) throw invalid('It holds no file.')
    const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? ''
    if (!/;\s*filename\*?=/i.test(disposition)) continue
    const [, fileName] = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition) ?? []
    const [, mimetype] = /^content-type:\s*([^\s;]+)/im.exec(head) ?? []
    return {
      fileName: fileName && Buffer.from(fileName, 'latin1').toString(),
      mimetype,
      content: reader.until(delimiter),
    }
  }
}

class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held = Buffer.alloc(0)

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]()
  }

  /** Reads on behind this mark. */
  async skipTo(mark: Buffer): Promise<void> {
    for await (const _ of this.until(mark));
  }

  /** Everything before the mark; reading goes on behind it. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const found = this.#held.indexOf(mark)
      if (found >= 0) {
        const before = this.#held.subarray(0, found)
        this.#held = this.#held.subarray(found + mark.length)
        if (before.length > 0) yield before
        return
      }
      // The mark may have begun in what is held.
      const sure = this.#held.length - mark.length + 1
      if (sure > 0) {
        yield this.#held.subarray(0, sure)
        this.#held = this.#held.subarray(sure)
      }
      await this.#more()
    }
  }

  /** The head of a part; `--` behind the last one. */
  async head(): Promise<string> {
    for (;;) {
      if (this.#held.subarray(0, 2).toString() === '--') return '--'
      const end = this.#held.indexOf(BLANK_LINE)
      if (end >= 0) {
        const head = this.#held.subarray(0, end).toString('latin1')
        this.#held = this.#held.subarray(end + BLANK_LINE.length)
        return head
      }
      if (this.#held.length > LONGEST_HEAD) throw invalid('A part of it has no end of its head.')
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done) throw invalid('It ends too early.')
    this.#held = Buffer.concat([this.#held, value])
  }
}

const invalid = (why: string) => new Fault('MEDIA_INVALID', `The form cannot be read. ${why}`)
