/**
 * What every device store must do, run against the one in memory and the one in DynamoDB (dynoxide). `again` is a
 * restarted connector: a new store object on the same durable state.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DeviceStore,
  deviceSeal,
  dynamoDevice,
  Fenced,
  type Group,
  memoryDevice,
  memoryDisk,
} from '#core/device/index.ts'
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'
import { dynamoClient } from '#core/platform/aws.ts'
import { type Dynoxide, startDynoxide } from '../../local/dynoxide.ts'
import { sdkDynamo } from '../../local/sdk.ts'
import { createTables } from '../../local/tables.ts'

const NAMES = { main: 'main', events: 'events', messages: 'messages', devices: 'devices' }
const MASTER = '11'.repeat(32)

let dynoxide: Dynoxide
let dynamo: Dynamo
beforeAll(async () => {
  dynoxide = await startDynoxide()
  dynamo = dynamoClient({ AWS_REGION: 'us-east-1', DYNAMODB_ENDPOINT: dynoxide.endpoint })
  await createTables(sdkDynamo('us-east-1', dynoxide.endpoint), NAMES)
})
afterAll(() => dynoxide.close())

let sessions = 0
const stores: [string, () => () => DeviceStore][] = [
  [
    'memory',
    () => {
      const disk = memoryDisk()
      return () => memoryDevice({ disk })
    },
  ],
  [
    'dynamo',
    () => {
      const session = `session-${++sessions}`
      return () => dynamoDevice({ dynamo, session, seal: deviceSeal(MASTER, 'acme', session) })
    },
  ],
]

const group = (change: Partial<Group>): Group => ({
  rows: new Map(),
  preKeys: new Map(),
  mark: '',
  ...change,
})
const rows = (...entries: [string, string | null][]) => group({ rows: new Map(entries) })
const secret = (byte: number) => new Uint8Array(32).fill(byte)

describe.each(stores)('device store: %s', (_name, fresh) => {
  test('all pre-keys are there, however high their ids are, without those that were used up', async () => {
    const store = fresh()()
    await store.open(1)
    const some = [1, 2, 11, 12, 0xffffff]
    await store.commit(group({ preKeys: new Map(some.map((id) => [id, secret(id % 256)])) }))
    await store.commit(group({ preKeys: new Map([[2, null]]) }))
    const all = await store.allPreKeys()
    expect([...all.keys()].sort((a, b) => a - b)).toEqual([1, 11, 12, 0xffffff])
    expect(Buffer.from(all.get(0xffffff) ?? []).equals(Buffer.alloc(32, 0xff))).toBe(true)
  })

  test('a new device is empty', async () => {
    expect(await fresh()().open(1)).toEqual({ rows: new Map(), mark: '', topPreKey: 0 })
  })

  test('a group survives, and its deletions too', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    await store.commit({ ...rows(['session:a', 'one'], ['session:b', 'two']), mark: '01A' })
    await store.commit({ ...rows(['session:a', null], ['session:b', 'zwei €']), mark: '01B' })
    expect(await again().open(1)).toEqual({
      rows: new Map([['session:b', 'zwei €']]),
      mark: '01B',
      topPreKey: 0,
    })
  })

  test('pre-keys are read by id, over blocks, and used ones are gone', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    await store.commit(
      group({ preKeys: new Map(Array.from({ length: 40 }, (_, i) => [i + 1, secret(i + 1)])) }),
    )
    await store.commit(group({ preKeys: new Map([[7, null]]) }))
    const later = again()
    expect(await later.open(1)).toEqual({ rows: new Map(), mark: '', topPreKey: 40 })
    const found = await later.preKeys([1, 7, 40, 41])
    expect([...found.keys()].sort((a, b) => a - b)).toEqual([1, 40])
    expect(Buffer.from(found.get(40) ?? []).equals(secret(40))).toBe(true)
  })

  test('the highest pre-key id is remembered after the key was used', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    await store.commit(group({ preKeys: new Map([[12, secret(1)]]) }))
    await store.commit(group({ preKeys: new Map([[12, null]]) }))
    expect((await again().open(1)).topPreKey).toBe(12)
  })

  test('who opens it fences the owner before, also under the same lease', async () => {
    const again = fresh()
    const old = again()
    await old.open(3)
    await old.commit(rows(['session:a', 'mine']))
    const newer = again()
    await newer.open(3)
    await expect(old.commit(rows(['session:a', 'stale']))).rejects.toThrow(Fenced)
    await expect(old.erase()).rejects.toThrow(Fenced)
    await newer.commit(rows(['session:b', 'new']))
    expect((await again().open(3)).rows).toEqual(
      new Map([
        ['session:a', 'mine'],
        ['session:b', 'new'],
      ]),
    )
  })

  test('an older lease cannot open it', async () => {
    const again = fresh()
    await again().open(5)
    await expect(again().open(4)).rejects.toThrow(Fenced)
    await expect(again().open(5)).resolves.toBeDefined()
  })

  test('the very same group can be committed twice', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    const twice = { ...rows(['session:a', 'one'], ['session:b', null]), mark: '01A' }
    await store.commit(twice)
    await store.commit(twice)
    expect((await again().open(1)).rows).toEqual(new Map([['session:a', 'one']]))
  })

  test('erased, it is empty, still fenced, and usable', async () => {
    const again = fresh()
    const store = again()
    await store.open(4)
    const preKeys = new Map(Array.from({ length: 812 }, (_, i): [number, Uint8Array] => [i + 1, secret(1)]))
    await store.commit({ ...rows(['creds:self', '{}']), preKeys })
    await store.commit(rows(...Array.from({ length: 90 }, (_, i): [string, string] => [`x:${i}`, 'y'])))
    await store.erase()
    await store.commit(rows(['creds:self', 'new']))
    const later = await again().open(4)
    expect(later.rows).toEqual(new Map([['creds:self', 'new']]))
    expect(later.topPreKey).toBe(0)
    await expect(again().open(3)).rejects.toThrow(Fenced)
  })

  test('a row of a megabyte survives, shrinks and grows', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    const noise = (size: number) =>
      Array.from({ length: size }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('')
    for (const size of [1_000_000, 400_000, 10, 900_000]) {
      const text = noise(size)
      await store.commit(rows(['app-state:x', text], ['session:a', String(size)]))
      expect((await again().open(1)).rows.get('app-state:x') === text).toBe(true)
      await store.open(1)
    }
    await store.commit(rows(['app-state:x', null]))
    expect([...(await again().open(1)).rows.keys()]).toEqual(['session:a'])
  })

  test('what weighs no more than the limit fits', async () => {
    const again = fresh()
    const store = again()
    await store.open(1)
    const full = group({
      rows: new Map(Array.from({ length: store.limits.items - 68 }, (_, i) => [`x:${i}`, 'y'])),
      preKeys: new Map(Array.from({ length: 812 }, (_, i) => [i + 1, secret(i % 250)])),
    })
    expect(store.weigh(full).items).toBe(store.limits.items)
    await store.commit(full)
    const opened = await again().open(1)
    expect(opened.rows.size).toBe(full.rows.size)
    expect(opened.topPreKey).toBe(812)
  })
})
