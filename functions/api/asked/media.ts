/** Files that were not fetched when they came. */
import * as z from 'zod'
import { Media } from '#core/contract/content.ts'
import { isStored, withLink } from '#core/media/linked.ts'
import { Fault } from '#core/platform/fault.ts'
import { findTarget } from '#core/target.ts'
import { call } from './route.ts'

const fetch = call({
  method: 'post',
  path: '/messages/{messageId}/media',
  tag: 'Media',
  summary: 'Fetch the file of a message',
  description:
    'For files that the setting `autoDownload` left where they were (`media.state` is `skipped`), or that could not be had before. Answers when it is stored; `pending` when that takes longer, and the event `message.media` tells of it then. `gone`: WhatsApp has dropped it, and the phone too.',
  params: { messageId: z.string() },
  gives: {
    media: Media.extend({
      url: z.string().optional().meta({ description: 'Where to fetch it, without a token' }),
    }),
  },
  async run({ ask, deps, session }, { params }) {
    const { media: known, id: messageId } = await findTarget(deps.store, session.id, params.messageId)
    if (!known) throw new Fault('MEDIA_NOT_FOUND', 'The message has no file.', { details: { messageId } })
    const media = isStored(known) ? known : (await ask('media.fetch', { messageId })).media
    return { media: isStored(media) ? await withLink(deps.media.links, media) : media }
  },
})

export const mediaCalls = [fetch]
