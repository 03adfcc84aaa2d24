/** Sessions that come with a device of another program, and that give theirs to one: see core/device/folder. */
import * as z from 'zod'
import { ask, notStopped } from '#core/ask.ts'
import type { Files } from '#core/device/folder/index.ts'
import { openParcels, type Parcels } from '#core/device/parcel.ts'
import { welcome } from '#core/live/subscribe.ts'
import { Fault } from '#core/platform/fault.ts'
import { isPending } from '#core/session.ts'
import { bring } from '#core/sessions/bring.ts'
import * as Sessions from '#core/sessions/index.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, json, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { FolderForm, folderFrom, NewFolder } from './folder-body.ts'
import { newSession } from './input.ts'
import { BASICS_EXAMPLE, basicsOf, SessionBasics, shown } from './view.ts'

const tags = ['Sessions']
const EXAMPLE = { name: 'Customer Support', files: { 'creds.json': {}, 'pre-key-1.json': {} } }

const importing = createRoute({
  method: 'post',
  path: '/api/sessions/import',
  tags,
  summary: 'Bring a session of another program',
  description:
    'Makes a session of the folder that Baileys’ `useMultiFileAuthState` keeps, as WAHA, Evolution API and scripts have it; it connects without a new QR code. Send the files as JSON, or the folder as a zip or tar archive in a form. Stop the other program first, for good: two programs that go on with one device make each other’s messages unreadable.',
  security: SECURED,
  request: {
    body: {
      required: true as const,
      content: { ...json(NewFolder, EXAMPLE), 'multipart/form-data': { schema: FolderForm } },
    },
  },
  responses: {
    201: answer(
      'Imported; it is connected as soon as `start` is not false',
      {
        message: z.string(),
        session: SessionBasics,
        ignored: z.array(z.string()).meta({ description: 'Files that are none of a device; at most 20' }),
      },
      {
        message: 'Session imported successfully',
        session: { ...BASICS_EXAMPLE, status: 'connecting', phoneNumber: '+4915100000001' },
        ignored: ['.gitignore'],
      },
    ),
    ...faults(
      'VALIDATION_ERROR',
      'MALFORMED_JSON',
      'IMPORT_INVALID',
      'BODY_TOO_LARGE',
      'UNAUTHORIZED',
      'FORBIDDEN',
      'SESSION_LIMIT_REACHED',
      'NUMBER_ALREADY_LINKED',
      'NOT_SUPPORTED',
    ),
  },
})

const exporting = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/export',
  tags,
  summary: 'Take the device of a session along',
  description:
    'The folder that Baileys’ `useMultiFileAuthState` reads, as a zip archive or as JSON. It is a secret: who has it speaks and reads for the phone. Needs a token with the scope `devices:write`, is noted in the audit log, and the session has to be stopped. Do not start the session again while another program goes on with the device.',
  security: SECURED,
  request: { ...sessionParam, query: z.object({ format: z.enum(['zip', 'json']).default('zip') }) },
  responses: {
    200: {
      description: 'The files',
      content: {
        ...json(z.object({ success: z.literal(true), files: z.record(z.string(), z.unknown()) }), {
          success: true,
          files: EXAMPLE.files,
        }),
        'application/zip': { schema: z.string().meta({ format: 'binary' }) },
      },
    },
    ...faults(
      'UNAUTHORIZED',
      'FORBIDDEN',
      'SESSION_NOT_FOUND',
      'SESSION_NOT_STOPPED',
      'SESSION_NOT_LINKED',
      'WHATSAPP_TIMEOUT',
      'NOT_SUPPORTED',
    ),
  },
})

export function deviceFolders(deps: Deps) {
  const parcels = (): Parcels => {
    const { objects } = deps.media
    if (!objects) throw new Fault('NOT_SUPPORTED', 'No place for files is configured here.')
    return openParcels(objects, deps.parcelKeys)
  }
  const middleware = access(deps)

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...importing, middleware }, async (c) => {
      const given = c.req.valid('json') as z.output<typeof NewFolder> | undefined
      const { files, name, description, settings, start } = await folderFrom(c.req, given)
      const { readFolder } = await import('#core/device/folder/index.ts')
      const device = readFolder(files)
      const made = await bring(
        deps,
        parcels(),
        newSession(deps, c.get('accountId'), {
          name: name ?? device.linked.phoneNumber,
          description,
          settings,
        }),
        device,
      )
      await welcome(deps, made)
      const session = start ? await Sessions.intend(deps, made, 'start') : made
      const message = 'Session imported successfully'
      const { ignored } = device
      return c.json(
        {
          success: true as const,
          message,
          session: basicsOf(session, await shown(deps, session)),
          ignored,
        },
        201,
      )
    })
    .openapi({ ...exporting, middleware }, async (c) => {
      const session = theSession(c)
      if (session.wanted || isPending(session)) throw notStopped()
      const from = parcels()
      const { parcel } = await ask(deps, session, 'device.export', {})
      const device = await from.open(session, parcel)
      await from.remove(session, parcel)
      const { writeFolder } = await import('#core/device/folder/index.ts')
      const files = device && writeFolder(device)
      if (!files) throw new Error(`the parcel of session ${session.id} does not open`)
      const { format } = c.req.valid('query')
      if (format === 'json') return c.json({ success: true as const, files: asJson(files) }, 200)
      const { writeZip } = await import('#core/platform/archive/index.ts')
      c.header('Content-Disposition', `attachment; filename="${session.id}.zip"`)
      c.header('Content-Type', 'application/zip')
      return c.body(new Uint8Array(writeZip(files))) as never
    })
}

const asJson = (files: Files): Record<string, unknown> =>
  Object.fromEntries([...files].map(([name, text]): [string, unknown] => [name, JSON.parse(text)]))
