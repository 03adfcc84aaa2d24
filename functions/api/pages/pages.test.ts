import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { api } from '../app.ts'
import { loadAll } from '../parts.ts'

let w: World

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

const get = (path: string) => w.app.request(path)

test.each(['/', '/docs'])('%s loads nothing from another host', async (path) => {
  const page = await get(path)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/)
  expect(page.headers.get('content-security-policy')).not.toMatch(/https?:|\*/)
  expect(await page.text()).not.toMatch(/https?:\/\/|["']\/\//)
})

test('every file and link of the pages is there', async () => {
  for (const path of ['/', '/docs']) {
    const html = await (await get(path)).text()
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(2)
    for (const link of links)
      expect((await get(new URL(link, `http://x${path}`).pathname)).status, link).toBe(200)
  }
})

test('the reference is Swagger UI, told not to call its validator', async () => {
  const bundle = await get('/docs/swagger-ui-bundle.js')
  expect(bundle.headers.get('content-type')).toContain('text/javascript')
  expect(bundle.headers.get('cache-control')).toContain('max-age')
  expect(await bundle.text()).toContain('SwaggerUIBundle')
  expect(await (await get('/docs/start.js')).text()).toContain('validatorUrl: null')
  for (const path of ['/docs/package.json', '/docs/..%2fpackage.json', '/docs/index.html', '/docs/__proto__'])
    expect((await get(path)).status, path).toBe(404)
})

test('its files can lie in a folder of their own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'))
  await writeFile(join(folder, 'swagger-ui.css'), 'body {}')
  const app = api({ ...w.deps, config: { ...w.deps.config, ASSETS_DIR: folder } })
  expect(await (await app.request('/docs/swagger-ui.css')).text()).toBe('body {}')
  await rm(folder, { recursive: true })
})

type Described = { content?: Record<string, { schema?: { properties?: Record<string, { type?: string }> } }> }
type Operation = {
  summary?: string
  security?: unknown[]
  parameters?: { name: string }[]
  responses: Record<string, Described | undefined>
  requestBody?: { content: Record<string, { example?: unknown; schema: unknown }> }
}
type Document = {
  openapi: string
  servers: unknown
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> }
}
const document = async () => (await (await get('/openapi.json')).json()) as Document

test('the document describes every call of the API, and nothing else', async () => {
  const { openapi, paths, servers } = await document()
  expect(openapi).toBe('3.1.0')
  expect(servers).toEqual([{ url: 'http://127.0.0.1:3000' }])
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  const apps = (await loadAll()).map((routes) => routes(w.deps, loadAll))
  const routed = new Set(
    apps
      .flatMap(({ routes }) => routes)
      .filter(({ method, path }) => method !== 'ALL' && /^\/(api|health|sessions?)(\/|$)/.test(path))
      .map(({ method, path }) => `${method} ${path}`),
  )
  expect(described.toSorted()).toEqual([...routed].toSorted())
})

test('every native list is answered in pages: with `limit`, `cursor` and `nextCursor`', async () => {
  const { paths } = await document()
  const lists = Object.entries(paths).flatMap(([path, { get: call }]) => {
    const properties = call?.responses['200']?.content?.['application/json']?.schema?.properties ?? {}
    const hasList = Object.values(properties).some(({ type }) => type === 'array')
    const parameters = call?.parameters?.map(({ name }) => name) ?? []
    return hasList && path.startsWith('/api/')
      ? [{ path, has: [...Object.keys(properties), ...parameters] }]
      : []
  })
  expect(lists.length).toBeGreaterThan(15)
  const whole = lists.filter(
    ({ has }) => !['limit', 'cursor', 'nextCursor'].every((name) => has.includes(name)),
  )
  expect(whole).toEqual([])
})

test('every call has a summary, its failures, and an example of its body', async () => {
  const { paths, components } = await document()
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method} ${path}`
      expect(operation.summary, name).toBeTruthy()
      if (path.startsWith('/api')) {
        expect(operation.security, name).toHaveLength(2)
        expect(operation.responses, name).toHaveProperty('401')
      }
      if (operation.requestBody)
        expect(operation.requestBody.content['application/json']?.example, name).toBeDefined()
    }
  expect(Object.keys(components.securitySchemes)).toEqual(['bearer', 'apiKey'])
  expect(Object.keys(components.schemas)).toEqual(
    expect.arrayContaining([
      'Session',
      'SessionDetails',
      'SessionSettings',
      'Message',
      'Chat',
      'Event',
      'Error',
    ]),
  )
})

test('every reference in the document resolves', async () => {
  const text = JSON.stringify(await document())
  const { components } = JSON.parse(text) as Document
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) expect(components.schemas).toHaveProperty(name)
})

test('health counts the connectors and their sessions, and is down without them', async () => {
  const up = await get('/health')
  expect(up.status).toBe(200)
  expect(await up.json()).toMatchObject({
    success: true,
    status: 'ok',
    checks: {
      database: { ok: true, latencyMs: expect.any(Number), message: 'The database answers.' },
      queue: { ok: true },
      connectors: { ok: true, alive: 1, sessions: 2, message: '1 alive, with 2 sessions.' },
    },
  })
  await w.connectorAlive(w.clock.now - 1)
  const down = await get('/health')
  expect(down.status).toBe(503)
  expect(await down.json()).toMatchObject({
    status: 'unavailable',
    checks: { database: { ok: true }, connectors: { ok: false, alive: 0 } },
  })
  await w.connectorAlive()
})
