/** What can be sent as a text. */
import * as z from 'zod'
import { TEXT_LIMIT } from '#core/send.ts'

/** Everything but line breaks and tabs below U+0020 has no place in a text. */
const hasControls = (text: string): boolean =>
  [...text].some(
    (char) => (char < ' ' && char !== '\n' && char !== '\r' && char !== '\t') || char === '\u007f',
  )

/** One line, such as a name or a title. */
export const Line = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .refine(
    (text) => !hasControls(text) && !/[\r\n]/.test(text),
    'must be one line, without control characters',
  )

export const Text = z
  .string()
  .max(TEXT_LIMIT, `must not be longer than ${TEXT_LIMIT} characters`)
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .refine((text) => !hasControls(text), 'must not contain control characters')
