/**
 * Files at WhatsApp's media server: left there for a message that is to be sent, fetched from there for one that came.
 * Both stream between the server and a file of this machine.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { jidNormalizedUser, prepareWAMessageMedia, proto, type WASocket } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type { MessageKey } from '#core/contract/request.ts'
import type { MediaKind } from '#core/media/kinds.ts'
import { firstPictureOf } from '../../ffmpeg/picture.ts'
import { Refused, Unanswered } from '../errors.ts'
import type { Line } from '../line.ts'
import type { Route } from '../proxy/route.ts'
import { keyOf } from '../queries/chats.ts'
import { quietLog } from '../quiet-log.ts'
import type { ServerAddress } from '../types.ts'
import { decrypted } from './decrypt.ts'
import { measured } from './measured.ts'
import { type FilePart, filePartOf } from './part.ts'
import { openly } from './posts.ts'
import { silence } from './silence.ts'
import { type Spooled, spool } from './spool.ts'

/** What is to be sent, as a file of this machine. */
export type Upload = {
  kind: MediaKind
  path: string
  mimetype: string
  fileName?: string | undefined
  voice?: boolean | undefined
  note?: boolean | undefined
  animated?: boolean | undefined
  viewOnce?: boolean | undefined
  /** For a channel: it is not encrypted. */
  openly?: boolean | undefined
}

/** The encoded part of a message that names the file, and of a post what its stanza has to say of it. */
export type Uploaded = { message: Uint8Array; handle?: string | undefined }

export type MediaPort = {
  /** Doing it twice leaves a second copy that nobody reads. */
  upload(file: Upload): Promise<Uploaded>
  /**
   * The content of the file that a message (encoded) names.
   * @throws Refused with 404 or 410 when WhatsApp has dropped it; Tampered, while it is read, when it is another one
   */
  download(message: Uint8Array): Promise<AsyncIterable<Uint8Array>>
  /** The same for what is read more than once. */
  spool(message: Uint8Array): Promise<Spooled>
  /** Asks the phone to leave the file there again. @returns the message with its new place @throws Refused, Unanswered */
  renew(message: Uint8Array, key: MessageKey): Promise<Uint8Array>
  /** The picture of this person or group, ours without one; without content it is taken away. */
  setPicture(id: string | undefined, content: Buffer | undefined): Promise<void>
}

const UPLOAD_IDLE_MS = 60_000
const [DOWNLOAD_MS, DOWNLOAD_IDLE_MS] = [300_000, 30_000]
const RENEWED_WITHIN_MS = 20_000
const LIVE_HOST = 'mmg.whatsapp.net'
const LIVE_HOSTS = /^[\w.-]+\.whatsapp\.net$/

export type MediaOptions = {
  socket: WASocket
  line: Line
  server: ServerAddress
  /** The way that downloads go, and what is left for everybody. */
  dispatcher?: Route['dispatcher']
  log: Logger
  assertOpen(): void
}

export function mediaPort(options: MediaOptions): MediaPort {
  const { socket, line, server, dispatcher, assertOpen } = options
  /** As it lies at the media server, and what makes of that what was sent. */
  const left = async (message: Uint8Array) => {
    const { kind, part } = filePartOf(proto.Message.decode(message))
    const { mediaKey } = part
    return {
      content: await fetched(placeOf(part, server), dispatcher),
      open: (content: AsyncIterable<Uint8Array>) =>
        mediaKey?.length ? decrypted(content, mediaKey, kind) : content,
    }
  }
  return {
    async upload(file) {
      assertOpen()
      return line.untilLost(upload(options, file))
    },
    async download(message) {
      const { content, open } = await left(message)
      return open(content)
    },
    async spool(message) {
      const { content, open } = await left(message)
      return spool(content, open)
    },
    async setPicture(id, content) {
      assertOpen()
      const target = id ?? jidNormalizedUser(socket.authState.creds.me?.id)
      const done = content
        ? socket.updateProfilePicture(target, content)
        : socket.removeProfilePicture(target)
      await line.untilLost(done)
    },
    async renew(message, key) {
      assertOpen()
      const late = new AbortController()
      const asked = socket.updateMediaMessage({ key: keyOf(key), message: proto.Message.decode(message) })
      const answered = line.untilLost(asked.catch((error: unknown) => Promise.reject(refusal(error))))
      try {
        const renewed = await Promise.race([answered, tooLate(late.signal)])
        return proto.Message.encode(renewed.message ?? {}).finish()
      } finally {
        late.abort()
      }
    },
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await pause(RENEWED_WITHIN_MS, undefined, { signal })
  throw new Unanswered('The phone did not send the file again.')
}

const refusal = (error: unknown): unknown => {
  const { output } = error as { output?: { statusCode?: number } }
  return output ? new Refused('The phone does not have the file any more.', output.statusCode, error) : error
}

async function upload({ socket, server, dispatcher, log }: MediaOptions, file: Upload): Promise<Uploaded> {
  const { kind, path, mimetype, fileName, voice, note, animated, viewOnce } = file
  const open = file.openly ? openly(socket, server, kind, dispatcher) : undefined
  const picture = kind === 'video' ? await pictureOf(path, log) : undefined
  const prepared = await prepareWAMessageMedia(
    {
      [kind]: { url: path },
      mimetype,
      ...(fileName ? { fileName } : {}),
      ...(voice ? { ptt: true } : {}),
      ...(note ? { ptv: true } : {}),
      ...(animated ? { gifPlayback: true } : {}),
      ...(viewOnce ? { viewOnce: true } : {}),
      ...(await measured(kind, path, file)),
      // Null keeps Baileys from making one in its own way, by a shell.
      ...(kind === 'video' ? { jpegThumbnail: picture?.toString('base64') ?? null } : {}),
    } as unknown as Parameters<typeof prepareWAMessageMedia>[0],
    {
      upload: open?.upload ?? socket.waUploadToServer,
      logger: quietLog(log),
      mediaUploadTimeoutMs: UPLOAD_IDLE_MS,
      ...(open ? { jid: open.jid } : {}),
    },
  )
  return { message: proto.Message.encode(prepared).finish(), handle: open?.handle() }
}

const pictureOf = (path: string, log: Logger): Promise<Buffer | undefined> =>
  firstPictureOf(path).catch((err: unknown) => {
    log.debug({ err }, 'a film without a picture')
    return undefined
  })

/**
 * Where the file lies. The sender has written the address, so it may only lead to WhatsApp's own servers, or to those of
 * the sandbox.
 */
function placeOf({ url, directPath }: FilePart, server: ServerAddress): URL {
  const named = URL.parse(url ?? '')
  if (server.mode === 'sandbox') {
    const { host } = new URL(server.url)
    return new URL(directPath ?? named?.pathname ?? '/', `http://${host}`)
  }
  const host = named && LIVE_HOSTS.test(named.host) ? named.host : LIVE_HOST
  return new URL(directPath ?? `${named?.pathname ?? '/'}${named?.search ?? ''}`, `https://${host}`)
}

async function fetched(place: URL, dispatcher: Route['dispatcher']): Promise<AsyncIterable<Uint8Array>> {
  const { signal, watched, over } = silence(DOWNLOAD_IDLE_MS)
  const answer = await fetch(place, {
    headers: { Origin: 'https://web.whatsapp.com' },
    ...(dispatcher ? { dispatcher } : {}),
    signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]),
  })
  if (answer.ok && answer.body) return watched(answer.body as unknown as AsyncIterable<Uint8Array>)
  over()
  await answer.body?.cancel()
  throw new Refused(`The media server answered ${answer.status}.`, answer.status)
}
