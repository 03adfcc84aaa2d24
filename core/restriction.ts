/** What WhatsApp keeps an account from, as far as it says so. */
import * as z from 'zod'

/** WhatsApp keeps the account from writing to people who do not know it. `kind` is WhatsApp's word for it, in lower case. */
export const Restriction = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime().optional().meta({ description: 'Absent when WhatsApp does not say' }),
    kind: z.string().meta({
      description:
        '`reachout`, `web_companion_only`, `biz_quality` … or `unknown`, when WhatsApp does not say',
    }),
  })
  .meta({ id: 'Restriction' })
export type Restriction = z.infer<typeof Restriction>
