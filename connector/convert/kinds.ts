/**
 * The kinds of messages, where each keeps its words (a caption, a name, a question), and what else it says. The first
 * kind in this order that a message has is the kind it is.
 */
import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '#core/contract/content.ts'
import * as choices from './choices.ts'
import * as part from './parts.ts'

type Words = string | null | undefined
type Said = Partial<Content>
export type Kind = {
  field: keyof proto.IMessage
  type: string
  text: (message: proto.IMessage) => Words
  part: (message: proto.IMessage) => Said
}

const kind = <F extends keyof proto.IMessage>(
  field: F,
  type: string,
  text: (content: NonNullable<proto.IMessage[F]>) => Words = () => undefined,
  said: (content: NonNullable<proto.IMessage[F]>) => Said = () => ({}),
): Kind => {
  const having =
    <T>(read: (content: NonNullable<proto.IMessage[F]>) => T, otherwise: T) =>
    (message: proto.IMessage): T => {
      const content = message[field]
      return content == null ? otherwise : read(content)
    }
  return { field, type, text: having(text, undefined), part: having(said, {}) }
}

const question = (content: proto.Message.IPollCreationMessage): Words => content.name

export const KINDS: readonly Kind[] = [
  kind('conversation', 'text', (text) => text),
  kind('extendedTextMessage', 'text', ({ text }) => text, part.written),
  kind('imageMessage', 'image', ({ caption }) => caption, part.image),
  kind('videoMessage', 'video', ({ caption }) => caption, part.video),
  kind('ptvMessage', 'video', ({ caption }) => caption, part.videoNote),
  kind('audioMessage', 'audio', undefined, part.audio),
  kind('documentMessage', 'document', ({ caption }) => caption, part.document),
  kind('stickerMessage', 'sticker', undefined, part.sticker),
  kind('stickerPackMessage', 'sticker', ({ name }) => name),
  kind('locationMessage', 'location', ({ comment, name }) => comment || name, part.location),
  kind('liveLocationMessage', 'location', ({ caption }) => caption, part.liveLocation),
  kind('contactMessage', 'contact', ({ displayName }) => displayName, part.contact),
  kind('contactsArrayMessage', 'contact', ({ displayName }) => displayName, part.contacts),
  kind('reactionMessage', 'reaction', ({ text }) => text),
  kind('encReactionMessage', 'reaction'),
  kind('pollCreationMessage', 'poll', question, part.poll),
  kind('pollCreationMessageV2', 'poll', question, part.poll),
  kind('pollCreationMessageV3', 'poll', question, part.poll),
  kind('pollCreationMessageV5', 'poll', question, part.poll),
  kind('pollUpdateMessage', 'poll_vote'),
  kind('eventMessage', 'event', ({ name }) => name, part.event),
  kind('encEventResponseMessage', 'event_response'),
  kind('groupInviteMessage', 'group_invite', ({ caption }) => caption, part.groupInvite),
  kind('albumMessage', 'album', undefined, part.album),
  kind('productMessage', 'product', ({ body }) => body),
  kind('orderMessage', 'order', ({ message }) => message),
  kind('buttonsMessage', 'interactive', ({ contentText }) => contentText, choices.inButtons),
  kind('listMessage', 'interactive', ({ description, title }) => description || title, choices.inList),
  kind(
    'templateMessage',
    'interactive',
    ({ hydratedTemplate }) => hydratedTemplate?.hydratedContentText,
    choices.inTemplate,
  ),
  kind('interactiveMessage', 'interactive', ({ body }) => body?.text),
  kind(
    'buttonsResponseMessage',
    'interactive_reply',
    ({ selectedDisplayText }) => selectedDisplayText,
    choices.ofButtons,
  ),
  kind('listResponseMessage', 'interactive_reply', ({ title }) => title, choices.ofList),
  kind(
    'templateButtonReplyMessage',
    'interactive_reply',
    ({ selectedDisplayText }) => selectedDisplayText,
    choices.ofTemplate,
  ),
  kind('interactiveResponseMessage', 'interactive_reply', ({ body }) => body?.text),
  kind(
    'commentMessage',
    'comment',
    ({ message }) => message?.extendedTextMessage?.text ?? message?.conversation,
  ),
  kind('callLogMesssage', 'call'),
  kind('scheduledCallCreationMessage', 'call', ({ title }) => title),
]
