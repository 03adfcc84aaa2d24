import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useMultiFileAuthState } from '@whiskeysockets/baileys'
import { afterAll, beforeAll, expect } from 'vitest'
import { readArchive, writeZip } from '#core/platform/archive/index.ts'
import { Client } from '../../../sandbox/testing/client.ts'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

/** A script with plain Baileys has a device; it becomes a session, and goes back to such a script. */
const [OWN, CAROL, DAVE] = ['4915100000001', '4915100000003', '4915100000004']
let w: CapabilityWorld
let folder: string
let group: string
let sessionId: string

/** Plain Baileys over a folder of files, as its documentation shows it. */
async function script(path: string) {
  const { state, saveCreds } = await useMultiFileAuthState(path)
  const client = new Client(w.box, { creds: state.creds, keys: new Map() }, { auth: state })
  return {
    client,
    async stop() {
      await client.stop()
      await saveCreds()
    },
  }
}
type Script = Awaited<ReturnType<typeof script>>

const filesOf = async (path: string) =>
  new Map(
    await Promise.all(
      (await readdir(path)).map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const),
    ),
  )
const readable = async (number: string, id: string) => {
  expect(await w.atPhone(number, id)).toMatchObject({ copies: 1 })
  expect(await w.phones.inbox(number)).toMatchObject({ retries: 0, undecryptable: 0 })
}

/** Both directions, one to one and in the group; nothing has to be sent twice to be read. */
async function talks({ client }: Script, text: string) {
  for (const to of [OWN, group]) {
    const { id } = await w.phones.send(CAROL, { to, text })
    await until(`${text} at the script`, () => client.textOf(id) === text)
  }
  await readable(CAROL, await client.send(jidOf(CAROL), text))
  const told = await client.send(group, text)
  await readable(CAROL, told)
  await readable(DAVE, told)
}

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  folder = await mkdtemp(join(tmpdir(), 'folder-'))
  group = (await w.phones.createGroup({ creator: CAROL, subject: 'us', participants: [OWN, DAVE] })).id
  const own = await script(folder)
  await own.client.link(w.phones, OWN)
  await talks(own, 'before')
  await own.stop()
})
afterAll(async () => {
  await w.close()
  await rm(folder, { recursive: true })
})

capability(
  'Bring a session of another program: it connects without a QR code and reads on where that stopped',
  'POST /api/sessions/import',
  async () => {
    const form = new FormData()
    form.append('name', 'brought')
    form.append('settings', JSON.stringify({ readReceipts: 'never', webhookUrl: 'https://example.com/hook' }))
    form.append('start', 'false')
    form.append('file', new Blob([new Uint8Array(writeZip(await filesOf(folder)))]), 'folder.zip')
    const { status, body } = await w.call<{ session: { id: string; phoneNumber: string } }>(
      'POST',
      '/api/sessions/import',
      form,
    )
    expect({ status, ...body }).toMatchObject({
      status: 201,
      session: { name: 'brought', status: 'inactive', phoneNumber: `+${OWN}` },
      ignored: [],
    })
    sessionId = body.session.id
    const { body: asMade } = await w.call('GET', `/api/sessions/${sessionId}`)
    expect(asMade.session).toMatchObject({
      settings: { readReceipts: 'never' },
      me: { phoneNumber: `+${OWN}` },
    })
    await w.call('POST', `/api/sessions/${sessionId}/start`)
    await w.untilStatus(sessionId, 'connected')
    expect(await w.statuses(sessionId)).not.toContainEqual(expect.stringContaining('qr_generated'))

    for (const to of [OWN, group]) {
      const { id } = await w.phones.send(CAROL, { to, text: 'after' })
      expect(await w.received(sessionId, id)).toMatchObject({ text: 'after' })
    }
    await readable(CAROL, (await w.sends(sessionId, { to: `+${CAROL}`, text: 'after' })).id)
    const { id } = await w.sends(sessionId, { to: group, text: 'after' })
    await readable(CAROL, id)
    await readable(DAVE, id)
    expect((await w.find(sessionId)).parcel).toBeUndefined()
  },
)

capability(
  'A folder that is not whole, or whose number has a session, is refused by name, and nothing is left of it',
  'POST /api/sessions/import {files}',
  async () => {
    const files = Object.fromEntries(await filesOf(folder))
    const refused = async (given: Record<string, unknown>) => {
      const { status, body } = await w.call('POST', '/api/sessions/import', { files: given })
      return { status, ...body }
    }
    expect(await refused(files)).toMatchObject({
      status: 409,
      code: 'NUMBER_ALREADY_LINKED',
      details: { sessionId },
    })
    const { 'creds.json': creds = '{}', ...rest } = files
    expect(await refused(rest)).toMatchObject({
      status: 400,
      code: 'IMPORT_INVALID',
      details: { file: 'creds.json' },
    })
    const { account: _, ...unlinked } = JSON.parse(creds)
    expect(await refused({ ...rest, 'creds.json': unlinked })).toMatchObject({ code: 'IMPORT_INVALID' })
    expect(await refused({ ...files, 'pre-key-1.json': { public: 1 } })).toMatchObject({
      code: 'IMPORT_INVALID',
      details: { file: 'pre-key-1.json' },
    })
    const { body } = await w.call<{ total: number }>('GET', '/api/sessions')
    expect(body.total).toBe(1)
  },
)

capability(
  'Take the device of a session along: plain Baileys goes on with it',
  'GET /api/sessions/{id}/export',
  async () => {
    const path = `/api/sessions/${sessionId}/export`
    expect(await w.call('GET', path)).toMatchObject({ status: 409, body: { code: 'SESSION_NOT_STOPPED' } })
    await w.call('POST', `/api/sessions/${sessionId}/stop`)
    await w.untilStatus(sessionId, 'inactive')

    const { status, body } = await w.call<{ files: Record<string, unknown> }>('GET', `${path}?format=json`)
    expect(status).toBe(200)
    const zip = await w.app.request(path, { headers: { authorization: 'Bearer token-acme' } })
    const files = readArchive(Buffer.from(await zip.arrayBuffer()), 10_000_000)
    expect(Object.keys(body.files).sort()).toEqual([...files.keys()].sort())
    const { body: audit } = await w.call<{ entries: { path: string }[] }>('GET', '/api/audit')
    expect(JSON.stringify(audit)).toContain(path)

    const away = await mkdtemp(join(tmpdir(), 'away-'))
    for (const [name, text] of files) await writeFile(join(away, name), text)
    const own = await script(away)
    own.client.connect()
    await own.client.ready()
    await talks(own, 'and on')
    expect(own.client.qrs).toEqual([])
    await own.stop()
    await rm(away, { recursive: true })
    expect(await w.phones.stats()).toMatchObject({ unknownQueries: {} })
  },
)
