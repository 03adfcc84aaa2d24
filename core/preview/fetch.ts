/**
 * Fetches what is shown of a link: the beginning of its page, and the picture that the page names. By the guard that all
 * addresses of strangers go through: never to a private one, also not by a redirect, a name, or the picture's address; time
 * and bytes are bounded. Whatever goes wrong, there is just less to show.
 */
import type { lookup } from 'node:dns'
import type { Reach } from '../platform/addresses.ts'
import { type Download, download } from '../platform/download.ts'
import { type Page, readPage } from './page.ts'

export type Preview = Pick<Page, 'title' | 'description'> & { thumbnail?: Buffer }
export type PreviewOptions = {
  reach: Reach
  /** For all of it, in ms. */
  timeLimit?: number
  resolve?: typeof lookup
  /** A small JPEG of a picture. @throws when it is none */
  thumbnailOf(picture: Buffer): Promise<Buffer>
}

const TIME_LIMIT = 4_000
/** Bytes of a page that are read, and of a picture at most. */
const [HEAD, PICTURE] = [256 * 1_024, 3 * 1_024 * 1_024]
/** Bytes of a thumbnail that goes along in a message. */
const THUMBNAIL = 24 * 1_024

/** Undefined when there is nothing to show. Never throws, and takes no longer than its time. */
export async function fetchPreview(url: string, options: PreviewOptions): Promise<Preview | undefined> {
  const { reach, timeLimit = TIME_LIMIT, resolve } = options
  const until = performance.now() + timeLimit
  const get = (address: string, limitBytes: number): Promise<Download> => {
    const left = Math.max(1, Math.ceil(until - performance.now()))
    return download(address, {
      reach,
      limitBytes,
      timeLimit: left,
      idleLimit: left,
      ...(resolve ? { resolve } : {}),
    })
  }
  const page = await within(until, pageAt(url, get))
  if (!page) return
  const { image, ...said } = page
  const thumbnail = image && (await within(until, pictureAt(image, get, options.thumbnailOf)))
  return said.title || thumbnail ? { ...said, ...(thumbnail ? { thumbnail } : {}) } : undefined
}

type Get = (address: string, limitBytes: number) => Promise<Download>

async function pageAt(url: string, get: Get): Promise<Page | undefined> {
  const { content, mimetype, charset, url: at } = await get(url, Number.POSITIVE_INFINITY)
  const bytes = await beginning(content, isHtml(mimetype) ? HEAD : 0)
  return bytes.length > 0 ? readPage(text(bytes, charset), at) : undefined
}

async function pictureAt(
  url: string,
  get: Get,
  thumbnailOf: PreviewOptions['thumbnailOf'],
): Promise<Buffer | undefined> {
  const { content, mimetype = '' } = await get(url, PICTURE)
  const bytes = await beginning(content, mimetype.startsWith('image/') ? PICTURE : 0)
  const thumbnail = bytes.length > 0 ? await thumbnailOf(bytes) : undefined
  return thumbnail && thumbnail.length <= THUMBNAIL ? thumbnail : undefined
}

const isHtml = (mimetype = 'text/html'): boolean => /^(text\/html|application\/xhtml\+xml)$/.test(mimetype)

/** What comes after it is not fetched. */
async function beginning(content: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of content) {
    if (size >= most) break
    chunks.push(chunk)
    size += chunk.length
    if (size >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}

/** In the characters that the server names, or the page itself. */
function text(bytes: Buffer, charset: string | undefined): string {
  const named =
    charset ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(bytes.toString('latin1', 0, 2_048))?.[1]
  try {
    return new TextDecoder(named ?? 'utf-8').decode(bytes)
  } catch {
    return bytes.toString()
  }
}

/** Undefined when it fails, or is not done by then. */
async function within<T>(until: number, work: Promise<T>): Promise<T | undefined> {
  let late: NodeJS.Timeout | undefined
  const end = new Promise<undefined>((resolve) => {
    late = setTimeout(() => resolve(undefined), Math.max(0, until - performance.now()))
  })
  return Promise.race([work.catch(() => undefined), end]).finally(() => clearTimeout(late))
}
