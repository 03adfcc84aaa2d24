/** What ffmpeg calls the formats that core/media/kinds.ts lets in: it reads a file as this one and as nothing else. */
import type { CONVERTIBLE } from '#core/media/kinds.ts'

export type Convertible = keyof typeof CONVERTIBLE

const DEMUXERS: Record<string, string> = {
  'audio/aac': 'aac',
  'audio/aiff': 'aiff',
  'audio/amr': 'amr',
  'audio/flac': 'flac',
  'audio/mp4': 'mov',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'image/gif': 'gif',
  'video/3gpp': 'mov',
  'video/matroska': 'matroska',
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/vnd.avi': 'avi',
  'video/webm': 'matroska',
}

/** @throws Error for a type that is let in and not known here */
export function demuxerOf(mimetype: string): string {
  const demuxer = DEMUXERS[mimetype.split(';')[0] ?? '']
  if (!demuxer) throw new Error(`ffmpeg is not told how to read ${mimetype}`)
  return demuxer
}
