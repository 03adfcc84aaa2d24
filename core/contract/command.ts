/**
 * What functions ask of the connector. Commands are nudges: everything in them is stored before (the session's intent,
 * the message's ledger record), so losing one costs time and never a message, and a repeated one changes nothing.
 */
import * as z from 'zod'
import { Content } from './content.ts'
import { versionOf } from './envelope.ts'
import { RequestName } from './request.ts'

export const Command = z.discriminatedUnion('type', [
  /** The session's intent changed: compare the stored one with what was done. */
  z.object({ type: z.literal('session.intent') }),
  z.object({
    type: z.literal('message.send'),
    messageId: z.string(),
    /** Where it goes: a canonical jid (`<digits>@s.whatsapp.net`, `…@g.us`, `…@lid`). */
    to: z.string(),
    text: z.string(),
    /** What it says, when that is more than a text; it travels in an envelope of version 2. */
    content: Content.optional(),
    /** Who sees a status: canonical jids. A connector that knows nothing of them would show it to nobody. */
    recipients: z.array(z.string()).optional(),
    acceptedAt: z.iso.datetime(),
    /** True when the sweeper carries it again: the connector then asks the ledger first. */
    again: z.boolean().default(false),
  }),
  /** Somebody waits for the answer (see core/ask.ts), and no longer after `until`. */
  z.object({
    type: z.literal('session.request'),
    requestId: z.string(),
    name: RequestName,
    input: z.unknown(),
    until: z.iso.datetime(),
  }),
])
export type Command = z.infer<typeof Command>

/**
 * `v` changes only when an old reader could misread a new command: one of version 1 knows texts alone, one of version 2
 * does not know that a status has recipients.
 */
export const Envelope = z.object({
  v: z.literal([1, 2, 3]),
  id: z.string(),
  accountId: z.string(),
  sessionId: z.string(),
  sentAt: z.iso.datetime(),
  /** The queue may not have taken something that was asked of the session before: the ledger has it. */
  behind: z.boolean().optional(),
  command: Command,
})
export type Envelope = z.infer<typeof Envelope>

/** As it travels where a session keeps what is said sealed: one of version 4 has its command sealed. */
const SealedEnvelope = Envelope.omit({ v: true, command: true }).extend({
  v: z.literal(4),
  sealed: z.string(),
})

export type Opening = (account: string, sealed: string, place: string) => unknown

/**
 * @param open opens what is sealed; without it that is not to be read
 * @throws z.ZodError | SyntaxError when the body is not an envelope of ours, Sealed when it does not open
 */
export function decode(body: string, open: Opening = () => undefined): Envelope {
  const written: unknown = JSON.parse(body)
  const { data } = SealedEnvelope.safeParse(written)
  if (!data) return Envelope.parse(written)
  const { sealed, ...envelope } = data
  const command = Command.parse(open(data.accountId, sealed, data.id))
  return { ...envelope, v: versionOf(command), command }
}
