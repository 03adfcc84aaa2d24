/**
 * What is wrong with a request, in words that stand behind the name of the field: `poll.options: must have 2 entries or
 * more`. What a schema says itself is left as it is; the library's own sentences are put into ours. Values are never repeated:
 * they may be secrets.
 */
import type * as z from 'zod'

type Issue = z.core.$ZodIssue
export type Named = { path: string; message: string }

/** Of what may have several forms, the one that was meant is taken to be the one with the fewest faults. */
export function named(issue: Issue): Named[] {
  if (issue.code !== 'invalid_union') return [{ path: pathOf(issue.path), message: messageOf(issue) }]
  const [closest] = issue.errors.toSorted((one, other) => distance(one) - distance(other))
  if (!closest || closest.length === 0) return [{ path: pathOf(issue.path), message: messageOf(issue) }]
  return closest.flatMap((inner) => named({ ...inner, path: [...issue.path, ...inner.path] } as Issue))
}

/** Another type altogether is farther away than a field too few. */
const distance = (issues: Issue[]): number =>
  issues.reduce(
    (sum, { code, path }) => sum + (path.length === 0 && code !== 'unrecognized_keys' ? 100 : 1),
    0,
  )

const pathOf = (path: PropertyKey[]): string => path.map(String).join('.')

/** How the library's sentences begin. */
const LIBRARY = /^(Invalid|Too|Unrecognized)\b/

function messageOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return unknown(issue.keys)
  if (!LIBRARY.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(issue.message)
        ? 'is required'
        : `must be ${NAMES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return bound(issue.origin, Number(issue.minimum), 'or more')
    case 'too_big':
      return bound(issue.origin, Number(issue.maximum), issue.origin === 'number' ? 'or less' : 'or fewer')
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'has not the right form'
    default:
      return 'does not fit'
  }
}

const NAMES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const FORMATS: Record<string, string> = {
  datetime: 'must be a time such as 2030-05-01T18:00:00Z',
  url: 'must be an address that begins with https:// or http://',
  email: 'must be an e-mail address',
  base64: 'must be base64',
}

function bound(origin: string, count: number, which: string): string {
  if (origin === 'string') return `must have ${count} characters ${which}`
  if (origin === 'array' || origin === 'set')
    return `must have ${count} ${count === 1 ? 'entry' : 'entries'} ${which}`
  return `must be ${count} ${which}`
}

const unknown = (keys: string[]): string =>
  `${keys.map((key) => `"${key.slice(0, 50)}"`).join(', ')} ${keys.length > 1 ? 'are' : 'is'} not known here`
