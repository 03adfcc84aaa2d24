import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ROOT } from './sources.ts'

const Names = z.record(z.string(), z.string()).default({})
const Manifest = z.object({
  dependencies: Names,
  devDependencies: Names,
  optionalDependencies: Names,
})
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
})

const read = <S extends z.ZodType>(file: string, schema: S) =>
  schema.parse(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))
const manifest = read('package.json', Manifest)
const lock = read('package-lock.json', Lock)
const { '': root, ...installed } = lock.packages
const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }

test('every version is exact', () => {
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
    [],
  )
})

test('the lock file is of this package.json', () => {
  expect(Manifest.parse(root)).toEqual(manifest)
  const locked = Object.keys(wanted).map((name) => [name, installed[`node_modules/${name}`]?.version])
  expect(Object.fromEntries(locked)).toEqual(wanted)
})

test('the lock file names no private registry and no place on a machine', () => {
  const places = Object.entries(installed).filter(
    ([path, { resolved }]) =>
      path.startsWith('..') ||
      (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  )
  expect(places).toEqual([])
})

test('what is locked is locked by its content', () => {
  expect(Object.keys(installed).filter((path) => !installed[path]?.integrity)).toEqual([])
})
