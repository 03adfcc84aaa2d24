/** Who somebody is. One person has both forms of identity, and whoever is told of one is told of the other. */
import * as z from 'zod'

/** Both forms of a person's identity, as far as known: E.164 with a plus, and `<digits>@lid`. */
export const Person = z.object({
  phoneNumber: z.string().optional(),
  lid: z.string().optional(),
  /** The WhatsApp username, without the `@`. */
  username: z.string().optional(),
  name: z.string().optional(),
})
export type Person = z.infer<typeof Person>
