/**
 * Phone numbers as they come from outside, without judging numbering plans: whoever wrote to us has a number, also
 * when our tables do not know it (a test number, a new range).
 */

const SCHEME = /^[a-z]+:/i
const PUNCTUATION = /[\s().\-\u00a0]/g

/** `+<digits>` of `whatsapp:+49…`, `+49 …`, `49…`; undefined when it is no number. A form's plus may have become a space. */
export function phoneOf(text: string): string | undefined {
  const digits = text.trim().replace(SCHEME, '').replace(PUNCTUATION, '').replace(/^\+/, '')
  return /^[1-9]\d{4,14}$/.test(digits) ? `+${digits}` : undefined
}
