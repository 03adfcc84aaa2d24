/** The file of a message, shown where a browser can show it and offered where it cannot. */
import type { Media } from '../api/types.ts'
import { inWords } from '../ui/status.tsx'

const STATES: Record<string, string> = {
  pending: 'The file is being fetched …',
  skipped: 'The file was not fetched.',
  gone: 'WhatsApp does not have this file any more.',
  failed: 'The file could not be fetched.',
}

export function File({
  media: { url, state, mimetype, fileName, size },
  type,
}: {
  media: Media
  type: string
}) {
  if (!url) return <p class="quiet">{STATES[state ?? ''] ?? inWords(type)}</p>
  const here = pathOf(url)
  const name = fileName ?? inWords(type)
  // Pictures are of strangers: there is no better description than the caption that stands beside them.
  if (mimetype.startsWith('image/'))
    return <img class="media" src={here} alt={fileName ?? 'Picture'} loading="lazy" />
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
  if (mimetype.startsWith('video/')) return <video class="media" src={here} controls preload="none" />
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
  if (mimetype.startsWith('audio/')) return <audio src={here} controls preload="none" />
  return (
    <a class="document" href={here} download={name} rel="noreferrer">
      {name} <small>{size === undefined ? '' : bytes(size)}</small>
    </a>
  )
}

/** The page and the API are one origin, under whichever of its names the page was opened. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url, location.href)
  return `${pathname}${search}`
}

const bytes = (size: number): string =>
  size < 1_000_000 ? `${Math.max(1, Math.round(size / 1_000))} KB` : `${(size / 1_000_000).toFixed(1)} MB`
