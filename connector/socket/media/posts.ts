/**
 * Files of channels: left at the media server as they are, because everybody may follow. The message names the file, and
 * its stanza the handle that the server gives for it (`media_id`), as whatsmeow's `UploadNewsletter` does.
 */
import { openAsBlob } from 'node:fs'
import type { prepareWAMessageMedia, WASocket } from '@whiskeysockets/baileys'
import type { MediaKind } from '#core/media/kinds.ts'
import { Refused } from '../errors.ts'
import type { Route } from '../proxy/route.ts'
import type { ServerAddress } from '../types.ts'

type Upload = Parameters<typeof prepareWAMessageMedia>[1]['upload']
type Left = { url?: string; direct_path?: string; handle?: string }

const UPLOAD_MS = 300_000
/** Any channel: with one, Baileys describes a file without encrypting it. */
const SOME_CHANNEL = '0@newsletter'
/** A sticker is an image to the server. */
const FOLDERS: Record<MediaKind, string> = {
  image: 'newsletter-image',
  video: 'newsletter-video',
  audio: 'newsletter-audio',
  document: 'newsletter-document',
  sticker: 'newsletter-image',
}

/** What makes Baileys leave a file openly; `handle` is known once it is there. @param dispatcher the way that it goes */
export function openly(
  socket: WASocket,
  server: ServerAddress,
  kind: MediaKind,
  dispatcher: Route['dispatcher'],
) {
  let handle: string | undefined
  const upload: Upload = async (path, { fileEncSha256B64 }) => {
    const { auth, hosts } = await socket.refreshMediaConn(false)
    const name = Buffer.from(fileEncSha256B64, 'base64').toString('base64url')
    const scheme = server.mode === 'sandbox' ? 'http' : 'https'
    const place = new URL(`${scheme}://${hosts[0]?.hostname}/newsletter/${FOLDERS[kind]}/${name}`)
    place.searchParams.set('auth', auth)
    place.searchParams.set('token', name)
    const left = await leave(place, path, dispatcher)
    handle = left.handle
    return { mediaUrl: left.url ?? '', directPath: left.direct_path ?? '' }
  }
  return { jid: SOME_CHANNEL, upload, handle: () => handle }
}

async function leave(place: URL, path: string, dispatcher: Route['dispatcher']): Promise<Left> {
  const answer = await fetch(place, {
    method: 'POST',
    headers: { Origin: 'https://web.whatsapp.com', 'Content-Type': 'application/octet-stream' },
    body: await openAsBlob(path),
    ...(dispatcher ? { dispatcher } : {}),
    signal: AbortSignal.timeout(UPLOAD_MS),
  })
  if (answer.ok) return (await answer.json()) as Left
  await answer.body?.cancel()
  throw new Refused(`The media server answered ${answer.status}.`, answer.status)
}
