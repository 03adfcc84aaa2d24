/**
 * Replies by Twilio. Its API knows no idempotency key, so the message is a record before it is a request, and is sent
 * by whoever made the record: a reply that is asked for again is never sent twice, at the price that one whose sender
 * died in between is not sent at all, and stays `accepted`.
 */
import { iso, ttl } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import { append } from './append.ts'
import { closed } from './closing.ts'
import { type Conversation, conversationPartition, statusAt } from './conversation.ts'
import { DeliveryStatus, note } from './delivery.ts'
import type { Desk } from './desk.ts'
import { message, type NewMessage } from './message.ts'
import { noCredentials } from './obstacle.ts'
import type { Outbound } from './outbound.ts'
import { messageAt } from './read.ts'
import { find, seenKey } from './seen.ts'

/** `rest` is absent where no credentials are configured. */
export const byTwilio =
  (desk: Desk, rest: TwilioRest | undefined): Outbound['reply'] =>
  async (conversation, { text, key, author }) => {
    const status = statusAt(conversation, iso(desk.store.now()))
    if (status !== 'active') throw closed(status)
    if (!rest) throw noCredentials()
    const { accountId } = conversation
    const id = desk.newEventId()
    const seen = {
      key: seenKey(`reply:${conversation.id}`, key),
      messageId: id,
      expiresAt: ttl(desk.store.now(), desk.retention.messageSeconds),
    }
    const added = await append(desk, conversation, (current, at) => {
      if (statusAt(current, at) !== 'active') throw closed(statusAt(current, at))
      const said = message({ id, content: text, direction: 'outbound', author, timestamp: at })
      return { messages: [said], seen }
    })
    if (added === 'refused') return { message: await same(desk, seen.key, text), repeated: true }
    const [said] = added.messages
    if (!said) throw new Error('the reply is not among what was added')
    const of = { accountId, id }
    await note(desk, of, { status: 'accepted' })
    try {
      const { sid, status } = await rest.send({ ...addressesOf(conversation), body: text })
      await note(desk, of, { status: DeliveryStatus.safeParse(status).data ?? 'queued' })
      await link(desk, conversation, said.sk, sid)
      return { message: { ...said, metadata: { ...said.metadata, twilioSid: sid } }, repeated: false }
    } catch (error) {
      if (error instanceof Fault && error.code === 'REPLY_REFUSED')
        await note(desk, of, {
          status: 'failed',
          errorCode: `${error.details?.twilioCode ?? ''}`,
          errorMessage: error.message,
        })
      throw error
    }
  }

/** The scheme of the person's address, `whatsapp:` or none, is that of our number too. */
function addressesOf({ address, channel }: Conversation): { from: string; to: string } {
  if (channel.type !== 'twilio') throw new Error('this conversation is not at Twilio')
  const scheme = address.slice(0, address.indexOf('+'))
  return { from: `${scheme}${channel.number}`, to: address }
}

/** Twilio's callbacks speak of its SID only. */
const link = (desk: Desk, { id }: Conversation, place: string, sid: string) =>
  desk.store.update(
    'messages',
    { pk: conversationPartition(id), sk: place },
    updating().set('metadata.twilioSid', sid).whereExists('pk').build(),
  )

async function same(desk: Desk, key: Key, text: string): Promise<NewMessage> {
  const before = await find(desk.store, key)
  const said = before && (await messageAt(desk.store, before))
  if (said?.content === text) return said
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another message.', {
    details: { action: 'Use a new key for each message.' },
  })
}
