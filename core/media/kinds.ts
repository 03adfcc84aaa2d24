/**
 * The kinds of files that WhatsApp knows, what each may be, and how large. What a file is, its content says and not the
 * one who sends it; only a document may be anything. The limits are those of WhatsApp's own clients.
 */
import { Fault } from '../platform/fault.ts'

export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]

const MB = 1024 * 1024
export const LIMITS: Record<MediaKind, number> = {
  image: 16 * MB,
  video: 64 * MB,
  audio: 16 * MB,
  document: 100 * MB,
  sticker: MB,
}
export const LARGEST = LIMITS.document

const ACCEPTED: Record<Exclude<MediaKind, 'document'>, readonly string[]> = {
  image: ['image/jpeg', 'image/png', 'image/webp'],
  video: ['video/mp4', 'video/3gpp', 'video/quicktime'],
  audio: ['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/amr'],
  sticker: ['image/webp'],
}

/** What phones do not play, and what can be made into something that they do: voice notes, and videos where that is asked for. */
export const CONVERTIBLE = {
  audio: ['audio/wav', 'audio/flac', 'audio/aiff', 'video/webm', 'video/mp4'],
  video: ['video/webm', 'video/matroska', 'video/vnd.avi', 'image/gif'],
} as const satisfies Partial<Record<MediaKind, readonly string[]>>

/** As phones record them. */
export const VOICE = 'audio/ogg; codecs=opus'

/** What phones expect to be called differently from what it is. */
const SPOKEN: Record<string, string> = {
  'audio/x-m4a': 'audio/mp4',
  'application/ogg': 'audio/ogg',
}

/** As content says it; undefined for a text and for what nobody recognises. */
export async function typeOf(beginning: Uint8Array): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import('file-type')
  return (await fileTypeFromBuffer(beginning))?.mime
}

/**
 * The type under which it is sent.
 * @param detected what the content says, `claimed` what the caller says
 * @param isConverted it is made into something else before
 * @throws Fault MEDIA_TYPE_NOT_SUPPORTED
 */
export function acceptedType(
  kind: MediaKind,
  detected: string | undefined,
  claimed: string | undefined,
  isConverted = false,
): string {
  if (kind === 'document') return detected ?? claimed ?? 'application/octet-stream'
  const bare = detected?.split(';')[0]
  const spoken = SPOKEN[bare ?? ''] ?? bare
  const accepted = isConverted ? [...ACCEPTED[kind], ...convertible(kind)] : ACCEPTED[kind]
  if (detected && spoken && accepted.includes(spoken)) return detected === VOICE ? VOICE : spoken
  throw new Fault(
    'MEDIA_TYPE_NOT_SUPPORTED',
    `The file is ${detected ? `of the type ${detected}` : 'of an unknown type'} and cannot be sent as ${kind}.`,
    { details: { kind, detected: detected ?? null, accepted } },
  )
}

const convertible = (kind: MediaKind): readonly string[] =>
  kind === 'audio' || kind === 'video' ? CONVERTIBLE[kind] : []

/** @throws Fault MEDIA_INVALID, MEDIA_TOO_LARGE */
export function assertSize(kind: MediaKind, size: number): void {
  if (size === 0) throw new Fault('MEDIA_INVALID', 'The file is empty.', { details: { kind, size } })
  if (size > LIMITS[kind]) throw tooLarge(kind)
}

export const tooLarge = (kind: MediaKind) =>
  new Fault('MEDIA_TOO_LARGE', `The file is too large: WhatsApp takes ${LIMITS[kind]} bytes for ${kind}.`, {
    details: { kind, limit: LIMITS[kind] },
  })
