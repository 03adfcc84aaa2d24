import { expect, test } from 'vitest'
import { ROOT, type Source, sources } from './sources.ts'

/** Who may import which of our folders. Tests may import test/ and, for real engines to run against, local/ as well. */
const MAY_IMPORT: Record<string, string[]> = {
  core: ['core'],
  functions: ['functions', 'core'],
  connector: ['connector', 'core'],
  sandbox: ['sandbox'],
  local: ['local', 'core', 'functions', 'dashboard'],
  client: ['client', 'core'],
  dashboard: ['dashboard', 'client', 'core'],
  test: ['test', 'core', 'functions', 'connector', 'sandbox', 'local', 'client', 'dashboard'],
}
const FOLDERS = Object.keys(MAY_IMPORT)
const BAILEYS_IS_AT_HOME_IN = ['connector/socket/', 'connector/convert/', 'sandbox/', 'test/']

const folderOf = (path: string): string => path.slice(0, path.indexOf('/'))

const isOurs = (imported: string): boolean => FOLDERS.includes(folderOf(imported))

function allowed({ path, isTest }: Source): string[] {
  const folder = folderOf(path)
  return [...(MAY_IMPORT[folder] ?? []), ...(isTest ? ['test', 'local'] : [])]
}

const offences = (offends: (source: Source, imported: string) => boolean): string[] =>
  sources.flatMap((source) =>
    source.imports
      .filter((imported) => offends(source, imported))
      .map((imported) => `${source.path} imports ${imported}`),
  )

test('the reader of imports sees them', () => {
  const self = sources.find(({ path }) => path === 'test/architecture/directions.test.ts')
  expect(self?.imports).toEqual(['vitest', 'test/architecture/sources.ts'])
  expect(ROOT).toBe(process.cwd())
})

test('folders import only what they may', () => {
  expect(
    offences((source, imported) => isOurs(imported) && !allowed(source).includes(folderOf(imported))),
  ).toEqual([])
})

test('Baileys and libsignal are imported where the protocol is spoken, and nowhere else', () => {
  expect(
    offences(
      ({ path }, imported) =>
        /^(@whiskeysockets\/baileys|libsignal|curve25519-js)(\/|$)/.test(imported) &&
        !BAILEYS_IS_AT_HOME_IN.some((home) => path.startsWith(home)),
    ),
  ).toEqual([])
})

test('core knows no HTTP framework', () => {
  expect(
    offences(
      ({ path, isTest }, imported) => folderOf(path) === 'core' && !isTest && /^@?hono(\/|$)/.test(imported),
    ),
  ).toEqual([])
})

test('the client takes types and nothing else, so that a browser can load it', () => {
  const loading = sources.filter(
    ({ path, text }) => path.startsWith('client/') && /^(import|export) (?!type )[^\n]* from /m.test(text),
  )
  expect(loading.map(({ path }) => path)).toEqual([])
})

test('the dashboard takes types of core, and nothing that runs', () => {
  const pages = sources.filter(({ path, isTest }) => path.startsWith('dashboard/') && !isTest)
  const loading = pages.filter(({ text }) =>
    /^(import|export) (?!type )[^']*? from '[^']*core\/[^']*'/m.test(text),
  )
  expect(pages.length).toBeGreaterThan(30)
  expect(loading.map(({ path }) => path)).toEqual([])
})

test('nothing but tests imports from test/', () => {
  expect(
    offences(
      ({ path, isTest }, imported) => !isTest && folderOf(path) !== 'test' && folderOf(imported) === 'test',
    ),
  ).toEqual([])
})
