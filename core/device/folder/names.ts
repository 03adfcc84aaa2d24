/**
 * How Baileys' `useMultiFileAuthState` names the files of a device: `<type>-<id>.json`, with `/` written as `__` and `:`
 * as `-` (lib/Utils/use-multi-file-auth-state.js of 7.0.0-rc14). The way back depends on what an id of that type can
 * hold, because an id may have such characters of its own.
 */
import type { RowKey } from '../store.ts'

const same = (id: string): string => id

/** Type → how its ids are read from a file's name. A type that begins like another one stands before it. */
const READ_ID: Record<string, (written: string) => string> = {
  // Base64: it has slashes, and never an underscore.
  'app-state-sync-key': (written) => written.replaceAll('__', '/'),
  'app-state-sync-version': same,
  'sender-key-memory': same,
  // `group::sender::device`; a group may have a hyphen of its own, and never two.
  'sender-key': (written) => written.replaceAll('--', '::'),
  'pre-key': same,
  'lid-mapping': same,
  'device-list': same,
  'identity-key': same,
  session: same,
  tctoken: same,
}

export const CREDENTIALS = 'creds.json'
const EXTENSION = '.json'

export const TYPES = Object.keys(READ_ID)

/** Undefined for a file that is none of a device. */
export function readName(file: string): { type: string; id: string } | undefined {
  if (!file.endsWith(EXTENSION)) return
  const bare = file.slice(0, -EXTENSION.length)
  const type = TYPES.find((known) => bare.startsWith(`${known}-`))
  const written = type === undefined ? '' : bare.slice(type.length + 1)
  return type && written ? { type, id: READ_ID[type]?.(written) ?? written } : undefined
}

export const nameOf = (row: RowKey): string => `${fixed(row.replace(':', '-'))}${EXTENSION}`

const fixed = (name: string): string => name.replaceAll('/', '__').replaceAll(':', '-')
