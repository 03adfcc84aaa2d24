/**
 * A device as the folder of files that Baileys' `useMultiFileAuthState` keeps, which is what WAHA, Evolution API and
 * scripts have: read into rows, whole or not at all, and written again. It knows nothing of where the files come from.
 */
import { keyPair } from '../key-pair.ts'
import type { RowKey } from '../store.ts'
import { LAST_PRE_KEY, type Linked, readCredentials } from './credentials.ts'
import { invalid } from './invalid.ts'
import { CREDENTIALS, nameOf, readName, TYPES } from './names.ts'
import { Malformed, readValue, writePreKey, writeValue } from './values.ts'

export type { Linked } from './credentials.ts'

/** File name → what is in it. */
export type Files = ReadonlyMap<string, string>
export type DeviceRows = { rows: Map<RowKey, string>; preKeys: Map<number, Uint8Array> }

export const CREDS_ROW = 'creds:self'
/** Files; a phone book of tens of thousands of contacts has three of them for each. */
const MOST_FILES = 200_000
const LONGEST_FILE = 2_000_000
const MOST_TOLD = 20
/** What stands behind the type in a name; together they are a key in the store. */
const ID = /^[\x21-\x7e]{1,200}$/

/**
 * Files that are none of a device are left out and named.
 * @throws Fault IMPORT_INVALID with the file and what is wrong with it
 */
export function readFolder(files: Files): DeviceRows & { linked: Linked; ignored: string[] } {
  const given = files.get(CREDENTIALS)
  if (given === undefined) throw invalid(CREDENTIALS, 'it is missing')
  if (files.size > MOST_FILES) throw invalid('', `there are more than ${MOST_FILES} files`)
  const { row, linked } = at(CREDENTIALS, given, () => readCredentials(given))
  const rows = new Map<RowKey, string>()
  const preKeys = new Map<number, Uint8Array>()
  const ignored: string[] = []
  for (const [file, text] of files) {
    const name = file === CREDENTIALS ? undefined : readName(file)
    if (!name) {
      if (file !== CREDENTIALS) ignored.push(file)
      continue
    }
    const { type, id } = name
    if (!ID.test(id)) throw invalid(file, 'its name is none that Baileys writes')
    const value = at(file, text, () => readValue(type, text))
    if ('row' in value) rows.set(`${type}:${id}`, value.row)
    else
      preKeys.set(
        at(file, text, () => preKeyId(id)),
        value.preKey,
      )
  }
  // The last: what it belongs to is there before the device counts as linked.
  rows.set(CREDS_ROW, row)
  return { rows, preKeys, linked, ignored: ignored.slice(0, MOST_TOLD).map((file) => file.slice(0, 200)) }
}

/** Undefined when the device is not linked. What is ours alone (what waits, what came in) is not in it. */
export function writeFolder({ rows, preKeys }: DeviceRows): Map<string, string> | undefined {
  const creds = rows.get(CREDS_ROW)
  if (!creds || !JSON.parse(creds).account) return
  const files = new Map([[CREDENTIALS, creds]])
  for (const [row, text] of rows) {
    const type = row.slice(0, row.indexOf(':'))
    if (TYPES.includes(type)) files.set(nameOf(row), writeValue(type, text))
  }
  for (const [id, secret] of preKeys) files.set(nameOf(`pre-key:${id}`), writePreKey(keyPair(secret)))
  return files
}

function preKeyId(id: string): number {
  const number = /^\d{1,8}$/.test(id) ? Number(id) : 0
  if (number < 1 || number > LAST_PRE_KEY) throw new Malformed('its name has no number of a pre-key')
  return number
}

function at<T>(file: string, text: string, work: () => T): T {
  if (text.length > LONGEST_FILE) throw invalid(file, `it has more than ${LONGEST_FILE} characters`)
  try {
    return work()
  } catch (error) {
    if (error instanceof Malformed) throw invalid(file, error.message)
    // What is nested too deeply for us is nothing that Baileys writes.
    if (error instanceof RangeError) throw invalid(file, 'it is nested too deeply')
    throw error
  }
}
