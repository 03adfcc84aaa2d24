/** The address of a webhook, as a caller gives it. Credentials have a header of their own: addresses are shown and logged. */
import * as z from 'zod'

const LONGEST = 2_000

export const WebhookUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(LONGEST, `must have at most ${LONGEST} characters`)
  .refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, 'must not hold a password')
