import { expect, test } from 'vitest'
import { type MemoryDeviceOptions, memoryDevice, memoryDisk } from './index.ts'
import { takeIn, takeOut } from './transfer.ts'

const brought = (creds = '{"account":{}}') => ({
  rows: new Map([
    ['creds:self', creds],
    ...Array.from({ length: 300 }, (_, n) => [`session:${n}_1.0`, `s${n}`] as const),
  ]),
  preKeys: new Map(Array.from({ length: 50 }, (_, n) => [n + 1, Buffer.alloc(32, n)])),
})

test('a device comes in whole, once, and goes out as it is then', async () => {
  const disk = memoryDisk()
  const store = () => memoryDevice({ disk })
  expect(await takeIn(store(), 1, 'p1', async () => brought())).toBe(true)
  expect(disk.rows.size).toBe(300 + 3)

  disk.rows.set('session:0_1.0', 'stepped')
  expect(await takeIn(store(), 2, 'p1', async () => brought('{"older":1}'))).toBe(false)
  const out = await takeOut(store(), 2)
  expect(out.rows.get('session:0_1.0')).toBe('stepped')
  expect(out.rows.get('creds:self')).toBe('{"account":{}}')
  expect(out.preKeys.size).toBe(50)
})

test('what was interrupted is begun again, and never looks like a linked device', async () => {
  for (let failing = 1; failing <= 4; failing++) {
    const disk = memoryDisk()
    let commits = 0
    const fault: MemoryDeviceOptions['fault'] = () => {
      if (++commits === failing) throw new Error('the store is away')
    }
    await expect(takeIn(memoryDevice({ disk, fault }), 1, 'p1', async () => brought())).rejects.toThrow(
      'away',
    )
    expect(disk.rows.has('creds:self')).toBe(false)
    expect(await takeIn(memoryDevice({ disk }), 1, 'p1', async () => brought())).toBe(true)
    expect(disk.rows.size).toBe(300 + 3)
  }
})

test('a parcel that is gone changes nothing', async () => {
  const disk = memoryDisk()
  disk.rows.set('creds:self', '{}')
  expect(await takeIn(memoryDevice({ disk }), 1, 'p1', async () => undefined)).toBe(false)
  expect(disk.rows.get('creds:self')).toBe('{}')
})
