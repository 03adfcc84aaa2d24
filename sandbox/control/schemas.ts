/** What the control API accepts. Numbers are digits with or without a plus; whatever is not listed is refused. */
import * as z from 'zod'
import { FAULT_KINDS } from './faults.ts'

/** Becomes digits only. */
export const PhoneNumber = z
  .string()
  .regex(/^\+?[1-9]\d{4,14}$/, 'must be an international number: 5 to 15 digits, with or without a plus')
  .transform((number) => number.replace('+', ''))

export const GroupId = z.string().regex(/^\d+@g\.us$/, 'must be a group id such as 120363000000000001@g.us')

export const Call = z.strictObject({ to: PhoneNumber, video: z.boolean().default(false) })
export const Scan = z.strictObject({ qr: z.string().min(1) })
export const Pair = z.strictObject({ code: z.string().min(1) })
export const Read = z.strictObject({ ids: z.array(z.string().min(1)).min(1).max(1000) })
export const Typing = z.strictObject({
  to: z.union([PhoneNumber, GroupId]),
  state: z.enum(['composing', 'recording', 'paused']).default('composing'),
})
/** Null takes the picture away. */
export const Picture = z.strictObject({ data: z.base64().nullable() })
const Text = z.string().max(1_000).optional()
export const Business = z.strictObject({
  description: Text,
  website: Text,
  email: Text,
  address: Text,
  category: Text,
})
export const Unlink = z.strictObject({ device: z.int().min(1).max(255).optional() })
export const InboxQuery = z.strictObject({
  after: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).optional(),
  own: z.stringbool().default(false),
})
export const NewGroup = z.strictObject({
  creator: PhoneNumber,
  subject: z.string().min(1).max(100),
  participants: z.array(PhoneNumber).max(1023),
})
export const NewChannel = z.strictObject({
  creator: PhoneNumber,
  name: z.string().min(1).max(100),
  description: z.string().max(2048).default(''),
})
/** Days are spread over all of it. */
export const Past = z.strictObject({
  messages: z.int().min(1).max(200_000),
  chats: z.int().min(1).max(5_000).default(10),
  days: z.int().min(1).max(3_650).default(60),
  partSize: z.int().min(1).max(50_000).default(2_000),
  length: z.int().min(0).max(10_000).default(80),
})
export const HideNumber = z.strictObject({ hidden: z.boolean().default(true) })
/** Null gives it up. */
export const Username = z.strictObject({
  username: z
    .string()
    .regex(
      /^(?=.*[a-z])[a-z0-9._]{3,35}$/,
      'must be 3 to 35 of a-z, 0-9, dots and underscores, with a letter',
    )
    .nullable(),
  key: z
    .string()
    .regex(/^\d{4,8}$/)
    .optional(),
})
/** Also of muting. `off` undoes it. */
export const Follow = z.strictObject({ channel: z.string().min(1), off: z.boolean().default(false) })
export const FaultOrder = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  number: PhoneNumber.optional(),
  forMs: z.int().min(1).max(86_400_000).optional(),
  delayMs: z.int().min(0).max(3_600_000).optional(),
  silent: z.boolean().optional(),
  /** Ends the faults of this kind instead. */
  off: z.boolean().default(false),
})
