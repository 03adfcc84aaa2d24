import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { type Source, sources } from './sources.ts'

const FOLDER = 'test/e2e/capabilities/'
const CAPABILITY = /\bcapability\(\s*'((?:[^'\\]|\\.)+)',\s*'((?:[^'\\]|\\.)+)',/g

const HEAD = `# What it can do

Made from the end-to-end tests in [\`${FOLDER}\`](../${FOLDER}): each line is a test with the real API, a real
connector with real Baileys, and simulated phones on the other side. A test fails when it does not make the call that it
names, and this table is compared with the tests, so it cannot claim what is not tested.
To write it anew: \`npx vitest run --project unit test/architecture/capabilities.test.ts -u\`.
`

const capabilitiesIn = ({ text }: Source): [name: string, call: string][] =>
  [...text.matchAll(CAPABILITY)].map(([, name = '', call = '']) => [name, call])

const titleOf = ({ path }: Source): string => {
  const words = basename(path, '.test.ts').replaceAll('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

const sectionOf = (source: Source): string =>
  [
    `## ${titleOf(source)}`,
    '',
    '| capability | call | test |',
    '|---|---|---|',
    ...capabilitiesIn(source).map(
      ([name, call]) => `| ${name} | \`${call}\` | [${basename(source.path)}](../${source.path}) |`,
    ),
  ].join('\n')

const proofs = sources
  .filter(({ path }) => path.startsWith(FOLDER))
  .sort((one, other) => one.path.localeCompare(other.path))

test('every test of a capability is one', () => {
  const others = proofs.filter(
    (source) => capabilitiesIn(source).length === 0 || /^test\(/m.test(source.text),
  )
  expect(others.map(({ path }) => path)).toEqual([])
})

test('the table of capabilities is that of the tests', async () => {
  await expect(`${[HEAD, ...proofs.map(sectionOf)].join('\n')}\n`).toMatchFileSnapshot(
    '../../docs/capabilities.md',
  )
})
