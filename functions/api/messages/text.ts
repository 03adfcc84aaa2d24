/** What can be sent as a text. */
import * as z from 'zod'
import { TEXT_LIMIT } from '#core/send.ts'

/** Everything but line breaks and tabs below U+0020 has no place in a text. */
const hasControls = (text: string): boolean =>
  [...text].some(
    (char) => (char < ' ' && char !== '\n' && char !== '\r' && char !== '\t') || char === '\u007f',
  )

export const Text = z
  .string()
  .max(TEXT_LIMIT, `must not be longer than ${TEXT_LIMIT} characters`)
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .refine((text) => !hasControls(text), 'must not contain control characters')
