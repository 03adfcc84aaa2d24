/** A folder of files as it comes: as JSON, or in a form as an archive or file by file. */
import type { HonoRequest } from 'hono'
import * as z from 'zod'
import type { Files } from '#core/device/folder/index.ts'
import { invalid } from '#core/device/folder/invalid.ts'
import { Fault } from '#core/platform/fault.ts'
import { Settings } from '#core/session.ts'
import { readBody } from '../openapi/hono.ts'
import { Description, Name } from './input.ts'

/** Bytes of all files together, unpacked. */
const MOST = 96_000_000

const about = {
  name: Name.optional().meta({ description: 'Its phone number, without one' }),
  description: Description.nullish(),
}
const start = z.boolean().default(true).meta({ description: 'Connect at once' })

export const NewFolder = z
  .strictObject({
    ...about,
    settings: Settings.prefault({}),
    start,
    files: z.record(z.string(), z.unknown()).meta({
      description: 'Name of a file → what is in it, as JSON or as text',
    }),
  })
  .meta({ id: 'DeviceFolder' })

export const FolderForm = z
  .object({
    ...about,
    settings: z.string().optional().meta({ description: 'As JSON' }),
    start: z.enum(['true', 'false']).optional(),
    file: z.string().meta({ format: 'binary', description: 'A zip or tar archive, or the files one by one' }),
  })
  .meta({ id: 'DeviceFolderForm' })

export type Given = Omit<z.output<typeof NewFolder>, 'files'> & { files: Files }

/**
 * @param read the body, when it came as JSON
 * @throws Fault VALIDATION_ERROR, MALFORMED_JSON, UNSUPPORTED_MEDIA_TYPE, IMPORT_INVALID
 */
export async function folderFrom(
  req: HonoRequest,
  read: z.output<typeof NewFolder> | undefined,
): Promise<Given> {
  if (!read) return fromForm(await formOf(req))
  const { files, ...given } = read
  return {
    ...given,
    files: new Map(Object.entries(files).map(([name, content]) => [name, textOf(name, content)])),
  }
}

async function formOf(req: HonoRequest): Promise<FormData> {
  if (!req.header('content-type')?.startsWith('multipart/form-data'))
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'The folder comes as JSON, or in a form with an archive.')
  return req.formData().catch((cause: unknown) => {
    throw new Fault('IMPORT_INVALID', 'The form cannot be read.', { cause })
  })
}

/** A text is what stands in the file, unless it is what the file says: an id of somebody, which the export has as it is. */
function textOf(file: string, content: unknown): string {
  if (typeof content === 'string' && isTextOfFile(content)) return content
  try {
    return JSON.stringify(content)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid(file, 'it is nested too deeply')
  }
}

/** No file of a device has a bare number in it, and one that is no JSON is told so when it is read. */
const isTextOfFile = (content: string): boolean => !/^\w{1,40}$/.test(content)

async function fromForm(form: FormData): Promise<Given> {
  const { start, settings, ...texts } = textsIn(form)
  const { files: _, ...given } = readBody(NewFolder, {
    ...texts,
    ...(settings ? { settings: parsed(settings) } : {}),
    ...(start ? { start: BOOLEANS[start] ?? start } : {}),
    files: {},
  })
  const uploads = [...form.values()].filter((value): value is File => typeof value !== 'string')
  const [only] = uploads
  if (!only) throw new Fault('IMPORT_INVALID', 'The form holds no file.')
  if (uploads.length === 1 && !only.name.endsWith('.json'))
    return { ...given, files: await unpacked(Buffer.from(await only.arrayBuffer())) }
  const files = new Map<string, string>()
  for (const file of uploads) {
    // Some programs send the folder along, as archives do.
    const name = file.name.split(/[\\/]/).at(-1) ?? ''
    if (files.has(name)) throw invalid(name, 'it comes twice')
    files.set(name, await file.text())
  }
  return { ...given, files }
}

const BOOLEANS: Record<string, boolean> = { true: true, false: false }

/** What a form leaves empty is not given. */
const textsIn = (form: FormData): Record<string, string> =>
  Object.fromEntries(
    [...form].filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== ''),
  )

async function unpacked(bytes: Buffer): Promise<Files> {
  const { BrokenArchive, readArchive } = await import('#core/platform/archive/index.ts')
  try {
    return readArchive(bytes, MOST)
  } catch (error) {
    if (!(error instanceof BrokenArchive)) throw error
    throw new Fault('IMPORT_INVALID', `The archive cannot be read: ${error.message}.`, {
      details: { reason: error.message, action: 'Send the folder as a zip or tar archive.' },
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Fault('MALFORMED_JSON', 'The settings are not valid JSON.')
  }
}
