/**
 * What a message of a linked session is beside its text, as it stands in the metadata of a conversation: under the same
 * names that the webhook of Twilio gives them where both have it, and nothing that only the connector may read.
 */
import type { Content, Media, Quoted } from '../contract/content.ts'
import type { MessageFacts } from '../contract/message.ts'

/** Image on the wire is whatever is a picture, a sticker too; anything else is text, and its kind says what it is. */
export const typeOf = ({ type, media }: Content): 'image' | 'text' =>
  type === 'image' || media?.mimetype.startsWith('image/') ? 'image' : 'text'

export const partsOf = (facts: MessageFacts): Record<string, unknown> =>
  present({
    kind: facts.type,
    media: facts.media && [mediaOf(facts.media)],
    location: facts.location && placeOf(facts.location),
    contacts: facts.contacts?.map(({ vcard: _, ...card }) => card),
    poll: facts.poll,
    event: facts.event,
    groupInvite: facts.groupInvite,
    linkPreview: facts.linkPreview,
    repliedTo: facts.quoted && repliedTo(facts.quoted),
    forwarded: facts.forwarded === undefined ? undefined : true,
    viewOnce: facts.viewOnce,
  })

/** Whether its file could be fetched is not known yet: that is asked for under its id. */
const mediaOf = ({ mimetype, state: _, ...media }: Media) => ({ contentType: mimetype, ...media })

const placeOf = ({ name, ...place }: NonNullable<Content['location']>) => present({ ...place, label: name })

const repliedTo = ({ messageId, sender, fromMe, text }: Quoted) =>
  present({ id: messageId, fromMe, sender: sender?.phoneNumber ?? sender?.lid, text })

const present = (parts: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined))
