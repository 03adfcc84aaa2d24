import { describe, expect, test } from 'vitest'
import { RULES } from './rules/index.ts'
import { viewOf } from './rules/view.ts'
import { evaluated, VARIANTS } from './variants.ts'

describe.each(Object.keys(VARIANTS))('%s', (name) => {
  const view = viewOf(evaluated(name))

  test.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(view)).toEqual([])
  })
})
