/** What is told of groups beside who is in and what they are like: who asks to be let in, and how members are shown. */
import * as z from 'zod'
import { base, who } from './event-base.ts'
import { Person } from './person.ts'

export const GROUP_EVENTS = [
  /** Told to admins. `revoked`: the person does not ask any more; `rejected`: an admin said no. */
  z.object({
    ...base,
    type: z.literal('group.join_request'),
    payload: z.object({
      groupId: z.string(),
      action: z.enum(['created', 'revoked', 'rejected']),
      people: z.array(Person),
      /** WhatsApp's word for how they came by it, such as `invite_link`. */
      method: z.string().optional(),
      by: Person.optional(),
    }),
  }),
  /** What the group shows beside the name of a member; empty: nothing any more. */
  z.object({
    ...base,
    type: z.literal('group.member_tag'),
    payload: z.object({ groupId: z.string(), member: Person, tag: z.string() }),
  }),
  /** The profile picture of a group or a person was changed, or taken away. */
  z.object({
    ...base,
    type: z.literal('picture.updated'),
    payload: z.object({ chatId: z.string(), removed: z.boolean(), by: Person.optional(), ...who }),
  }),
] as const
