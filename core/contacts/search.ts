/** Finding people and chats by a part of a name or of a number, as it is usually written. */

/** @param numbers of any form, of which the digits count */
export function isNamed(search: string, names: (string | null)[], numbers: (string | null)[]): boolean {
  const text = search
    .trim()
    .toLowerCase()
    .replace(/^@(?=.)/, '')
  const digits = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : ''
  return (
    (digits !== '' && numbers.some((number) => number?.includes(digits))) ||
    names.some((name) => name?.toLowerCase().includes(text))
  )
}
