/** What a folder is refused with: the file, what is wrong with it, and what to send instead. */
import { Fault } from '../../platform/fault.ts'

/** Characters of a name that are told. */
const TOLD = 200

/** @param file empty for the folder as a whole */
export function invalid(file: string, why: string): Fault {
  const named = file.slice(0, TOLD)
  return new Fault('IMPORT_INVALID', `The folder cannot be imported: ${named ? `${named}: ` : ''}${why}.`, {
    details: {
      ...(named ? { file: named } : {}),
      reason: why,
      action: 'Send all files of a folder of useMultiFileAuthState, as they are, of a device that is linked.',
    },
  })
}
