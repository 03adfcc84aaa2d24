/** Files that are there get their links where they are told of: links age, so they stand in no log. */
import type { Media } from '../contract/content.ts'
import type { Links } from './link.ts'

type Told = { payload: Record<string, unknown> }

/** The event, with a link to the file that it is about when that is stored. */
export async function linked<T extends Told>(links: Links, event: T): Promise<T> {
  const { payload } = event
  const message = payload.message as { media?: Media } | undefined
  if (isStored(payload.media))
    return { ...event, payload: { ...payload, media: await withLink(links, payload.media) } }
  if (!isStored(message?.media)) return event
  const media = await withLink(links, message.media)
  return { ...event, payload: { ...payload, message: { ...message, media } } }
}

type Stored = Media & { id: string }

export const withLink = async (links: Links, media: Stored): Promise<Stored & { url: string }> => ({
  ...media,
  url: await links.to(media.id, media.fileName),
})

export function isStored(media: unknown): media is Stored {
  const { state, id } = (media ?? {}) as Partial<Media>
  return state === 'stored' && id !== undefined
}
