import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openStore } from './store.ts'

test('byte arrays survive, also within structures', () => {
  const store = openStore()
  const table = store.table<{ key: Uint8Array; list: { at: Buffer }[] }>('things')
  table.put('a', { key: new Uint8Array([1, 2]), list: [{ at: Buffer.from('x') }] })
  const read = table.get('a')
  expect(Buffer.from(read!.key)).toEqual(Buffer.from([1, 2]))
  expect(read!.list[0]!.at.toString()).toBe('x')
  table.delete('a')
  expect(table.get('a')).toBeUndefined()
  store.close()
})

test('effects run in order, and not before what was written is committed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  const store = openStore(folder)
  const table = store.table<number>('numbers')
  const seen: string[] = []
  store.effect(() => seen.push('nothing to wait for'))
  expect(seen).toEqual(['nothing to wait for'])

  table.put('a', 1)
  store.effect(() => seen.push('first'))
  table.put('b', 2)
  store.effect(() => {
    seen.push('second')
    store.effect(() => seen.push('nested'))
    table.put('c', 3)
  })
  store.effect(() => seen.push('third'))
  await Promise.resolve()
  expect(seen).toHaveLength(1)
  await store.durable()
  await store.durable()
  expect(seen.slice(1)).toEqual(['first', 'second', 'third', 'nested'])
  store.close()
  const file = new DatabaseSync(join(folder, 'sandbox.sqlite'))
  expect(file.prepare('SELECT count(*) n FROM numbers').get()).toEqual({ n: 3 })
  file.close()
  await rm(folder, { recursive: true })
})

test('a folder belongs to one store at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  const store = openStore(folder)
  expect(() => openStore(folder)).toThrow('in use by another sandbox')
  store.close()
  openStore(folder).close()
  await rm(folder, { recursive: true })
})
