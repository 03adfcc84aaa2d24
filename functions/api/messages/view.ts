/** How a message is shown. */
import * as z from 'zod'
import { Content, Media } from '#core/contract/content.ts'
import { MessageFacts, MessageStatus, Waiting } from '#core/contract/message.ts'
import type { Links } from '#core/media/link.ts'
import { isStored, withLink } from '#core/media/linked.ts'
import { historyOf, type Message } from '#core/message.ts'
import { explanationOf } from './reasons.ts'

const { id, chatId, fromMe, from, to, sender, timestamp } = MessageFacts.shape
const { type, text, quoted, mentions, media: _, ...more } = Content.shape
const { broadcastList, serverId } = MessageFacts.shape
const MediaView = Media.extend({
  url: z.string().optional().meta({ description: 'Where to fetch it, without a token, for a day at least' }),
})
const at = z.iso.datetime()

export const MessageView = z
  .object({
    id: id.meta({ description: 'The WhatsApp message id' }),
    sessionId: z.string(),
    chatId: chatId.meta({ description: 'Canonical jid of the chat' }),
    fromMe,
    from,
    to,
    sender,
    type: type.meta({
      description:
        'text, image, video, audio, document, sticker, location, contact, poll, event, album, group_invite, interactive …; `waiting` while it cannot be read yet, `view_once` for what may be seen on the phone alone, `unsupported` with `protocolName` for what is not known here; of sent ones also reaction, edit, delete, pin, poll_vote, event_response',
    }),
    text: text.meta({ description: 'The text, caption, question, name or emoji' }),
    timestamp: timestamp.meta({ description: 'When it was accepted here, or sent by the other side' }),
    status: z.enum([...MessageStatus.options, 'received']),
    createdAt: at,
    reason: z.string().optional().meta({ description: 'Why it failed' }),
    explanation: z
      .string()
      .optional()
      .meta({ description: 'The same as a sentence, where there is more to say' }),
    quoted: quoted.meta({ description: 'The message that this one answers' }),
    mentions: mentions.meta({ description: 'Phone numbers, LIDs where no number is known, or `all`' }),
    media: MediaView.optional(),
    ...more,
    broadcastList: broadcastList.meta({
      description: 'The broadcast list of its sender that it came through',
    }),
    serverId: serverId.meta({ description: 'Of a post in a channel: its number there' }),
    sendAt: at.optional().meta({ description: 'When it is to be sent' }),
    editedAt: at.optional(),
    deletedAt: at.optional().meta({ description: 'Deleted for everyone; its content is gone here too' }),
    removedAt: at.optional().meta({
      description: 'Deleted for ourselves alone: neither our phone nor its chat here shows it any more',
    }),
    pinnedUntil: at.optional(),
    starred: z.boolean().optional().meta({ description: 'True while it has a star' }),
    reactions: z.array(z.object({ from: z.string(), emoji: z.string(), at })).optional(),
    votes: z
      .array(z.object({ from: z.string(), options: z.array(z.string()), at }))
      .optional()
      .meta({ description: 'Of a poll: the choice of each voter' }),
    results: z
      .array(z.object({ option: z.string(), votes: z.int(), voters: z.array(z.string()) }))
      .optional()
      .meta({ description: 'Of a poll that somebody voted in: each option with its votes' }),
    responses: z.array(z.object({ from: z.string(), response: z.string(), at })).optional(),
    views: z
      .array(z.object({ from: z.string(), at }))
      .optional()
      .meta({ description: 'Of a status of ours: who has looked at it' }),
    recipientCount: z.int().optional().meta({ description: 'Of a status of ours: how many may see it' }),
  })
  .meta({ id: 'Message' })

export const MessageRecord = MessageView.extend({
  history: z.array(z.object({ status: MessageStatus, at: z.iso.datetime() })),
  waiting: Waiting.optional().meta({
    description:
      'Why it has not left yet, and about until when: `send_at` its time has not come, `not_connected`, `pacing` the session spreads its messages, `restricted` WhatsApp keeps the account from writing to strangers, `media` its file is being uploaded, `order` it stands behind another message of its chat',
  }),
}).meta({ id: 'MessageRecord' })

export const EXAMPLE = {
  id: '3EB0C767D097B7C7F1A2B3',
  sessionId: '5bc99cea8975b95fe7077c64a3312145',
  chatId: '4915123456789@s.whatsapp.net',
  fromMe: true,
  from: '+4915198765432',
  to: '+4915123456789',
  sender: { phoneNumber: '+4915198765432' },
  type: 'text',
  text: 'Hello!',
  timestamp: '2026-01-01T12:00:00.000Z',
  status: 'accepted',
  createdAt: '2026-01-01T12:00:00.000Z',
}

export function viewOf(message: Message): z.infer<typeof MessageView> {
  const { accountId: _, times, waitSk: __, sealed: ___, fingerprint: ____, ...known } = message
  const { reason, waiting: _____, ...shown } = known
  const { reactions, votes, responses, views, recipients, ...rest } = shown
  return {
    ...present(rest),
    createdAt: times.accepted ?? shown.timestamp,
    ...(shown.status === 'failed' && reason !== undefined
      ? present({ reason, explanation: explanationOf(reason) })
      : {}),
    ...present({
      reactions: some(reactions),
      votes: some(votes),
      results: resultsOf(message),
      responses: some(responses),
      views: some(views),
      recipientCount: recipients?.length,
    }),
  }
}

/** As the phones show it: every option, also one that nobody wants. */
function resultsOf({ poll, votes }: Message) {
  if (!poll || votes.length === 0) return undefined
  return poll.options.map((option) => {
    const voters = votes.filter(({ options }) => options.includes(option)).map(({ from }) => from)
    return { option, votes: voters.length, voters }
  })
}

const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)
const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

export const recordOf = (message: Message): z.infer<typeof MessageRecord> => ({
  ...viewOf(message),
  history: historyOf(message.times),
})

/** With links to the files that are there. */
export async function linked<V extends z.infer<typeof MessageView>>(
  { links }: { links: Links },
  view: V,
): Promise<V> {
  const { media } = view
  return isStored(media) ? { ...view, media: await withLink(links, media) } : view
}
