import { expect, test } from 'vitest'
import { type Source, sources } from './sources.ts'

const MOST_LINES = 400
const MEDIAN_LINES = 120
const modules = sources.filter(({ isTest }) => !isTest)
const lines = ({ text }: Source): number => text.split('\n').length - 1

test('one concept, one file: none is long, most are short', async ({ annotate }) => {
  const lengths = modules.map(lines).sort((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)]!
  await annotate(`${modules.length} modules, median ${median} lines, longest ${lengths.at(-1)}`)
  expect(median).toBeLessThanOrEqual(MEDIAN_LINES)
  expect(sources.filter((source) => lines(source) > MOST_LINES).map(({ path }) => path)).toEqual([])
})

test('every module opens with a comment that says what it is for', () => {
  const silent = modules.filter(({ text }) => !/^(#!.*\n)?\/\*\*[\s\S]{20,}?\*\/\n/.test(text))
  expect(silent.map(({ path }) => path)).toEqual([])
})

test('zod is imported as a namespace, which keeps cold starts short', () => {
  const others = sources.filter(({ text }) => /^import (?!(type )?\* as z )[^\n]* from 'zod'/m.test(text))
  expect(others.map(({ path }) => path)).toEqual([])
})

/** Where time and the environment enter; everywhere else they are arguments. */
const ENTRANCES: Record<string, { pattern: RegExp; allowed: RegExp }> = {
  'the clock': {
    pattern: /\bDate\.now\(\)|\bnew Date\(\)/,
    allowed:
      /^(core\/platform\/(clock|notes)\.ts|connector\/(probe\.ts|socket\/hardening\/)|local\/|test\/|sandbox\/|dashboard\/ui\/time\.tsx)/,
  },
  'the environment': {
    pattern: /\bprocess\.env\b/,
    allowed:
      /^(core\/platform\/(base-config|aws\/credentials)\.ts|connector\/probe\.ts|.*(\/main|handler)\.ts|local\/|test\/)/,
  },
  'the console': { pattern: /\bconsole\.\w+\(/, allowed: /^test\/bench\// },
}

test.each(Object.entries(ENTRANCES))('%s enters where it is allowed to', (_, { pattern, allowed }) => {
  const elsewhere = modules.filter(({ path, text }) => !allowed.test(path) && pattern.test(code(text)))
  expect(elsewhere.map(({ path }) => path)).toEqual([])
})

test('chance decides how long a repetition waits, and nothing else', () => {
  const elsewhere = /^(?!.*(?:pause|setTimeout|wait)).*\bMath\.random\(\)/m
  const others = modules.filter(({ path, text }) => !path.startsWith('test/') && elsewhere.test(code(text)))
  expect(others.map(({ path }) => path)).toEqual([])
})

const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
