/**
 * The kinds of messages and where each keeps its words: a caption, a name, a question. The first kind in this order
 * that a message has is the kind it is.
 */
import type { proto } from '@whiskeysockets/baileys'

type Words = string | null | undefined
export type Kind = { field: keyof proto.IMessage; type: string; text: (message: proto.IMessage) => Words }

const kind = <F extends keyof proto.IMessage>(
  field: F,
  type: string,
  text: (content: NonNullable<proto.IMessage[F]>) => Words = () => undefined,
): Kind => ({
  field,
  type,
  text: (message) => {
    const content = message[field]
    return content == null ? undefined : text(content)
  },
})

const poll = (content: proto.Message.IPollCreationMessage): Words => content.name

export const KINDS: readonly Kind[] = [
  kind('conversation', 'text', (text) => text),
  kind('extendedTextMessage', 'text', ({ text }) => text),
  kind('imageMessage', 'image', ({ caption }) => caption),
  kind('videoMessage', 'video', ({ caption }) => caption),
  kind('ptvMessage', 'video', ({ caption }) => caption),
  kind('audioMessage', 'audio'),
  kind('documentMessage', 'document', ({ caption }) => caption),
  kind('stickerMessage', 'sticker'),
  kind('stickerPackMessage', 'sticker', ({ name }) => name),
  kind('locationMessage', 'location', ({ comment, name }) => comment || name),
  kind('liveLocationMessage', 'location', ({ caption }) => caption),
  kind('contactMessage', 'contact', ({ displayName }) => displayName),
  kind('contactsArrayMessage', 'contact', ({ displayName }) => displayName),
  kind('reactionMessage', 'reaction', ({ text }) => text),
  kind('encReactionMessage', 'reaction'),
  kind('pollCreationMessage', 'poll', poll),
  kind('pollCreationMessageV2', 'poll', poll),
  kind('pollCreationMessageV3', 'poll', poll),
  kind('pollCreationMessageV5', 'poll', poll),
  kind('pollUpdateMessage', 'poll_vote'),
  kind('eventMessage', 'event', ({ name }) => name),
  kind('encEventResponseMessage', 'event_response'),
  kind('groupInviteMessage', 'group_invite', ({ caption }) => caption),
  kind('productMessage', 'product', ({ body }) => body),
  kind('orderMessage', 'order', ({ message }) => message),
  kind('buttonsMessage', 'interactive', ({ contentText }) => contentText),
  kind('listMessage', 'interactive', ({ description, title }) => description || title),
  kind('templateMessage', 'interactive', ({ hydratedTemplate }) => hydratedTemplate?.hydratedContentText),
  kind('interactiveMessage', 'interactive', ({ body }) => body?.text),
  kind('buttonsResponseMessage', 'interactive_reply', ({ selectedDisplayText }) => selectedDisplayText),
  kind('listResponseMessage', 'interactive_reply', ({ title }) => title),
  kind('templateButtonReplyMessage', 'interactive_reply', ({ selectedDisplayText }) => selectedDisplayText),
  kind('interactiveResponseMessage', 'interactive_reply', ({ body }) => body?.text),
  kind(
    'commentMessage',
    'comment',
    ({ message }) => message?.extendedTextMessage?.text ?? message?.conversation,
  ),
  kind('callLogMesssage', 'call'),
  kind('scheduledCallCreationMessage', 'call', ({ title }) => title),
]
