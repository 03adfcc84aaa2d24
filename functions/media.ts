/** Files, as the functions work with them: where they are kept, how they are linked, where they may be fetched from. */
import type { Domain } from '#core/domain.ts'
import { type Links, openLinks } from '#core/media/link.ts'
import type { Reach } from '#core/platform/addresses.ts'
import type { ApiConfig } from '#core/platform/config.ts'
import { type Objects, openObjects } from '#core/platform/objects/index.ts'

export type Media = {
  /** Undefined where no place is configured. */
  objects: Objects | undefined
  links: Links
  /** Where files may be fetched from. */
  reach: Reach
}

export const openMedia = ({ store }: Pick<Domain, 'store'>, config: ApiConfig): Media => ({
  objects: openObjects(config, undefined, config.CONTENT_KEY),
  links: openLinks(store, config.PUBLIC_ORIGIN),
  reach: config.MEDIA_REACH,
})
