import pino from 'pino'
import { expect, test } from 'vitest'
import { type DeviceStore, Fenced, type Group, memoryDevice, memoryDisk } from '#core/device/index.ts'
import { until } from '../../test/support/until.ts'
import { Committer } from './committer.ts'
import { WriteSet } from './write-set.ts'

/** A committer on a store that does what `commit` says; `groups` are those that reached the store. */
async function stage(commit: (group: Group, attempt: number) => Promise<void> | void = () => {}) {
  const lines: string[] = []
  const disk = memoryDisk()
  const store = memoryDevice({ disk })
  const opened = await store.open(1)
  const groups: Group[] = []
  const wrapped: DeviceStore = {
    ...store,
    commit: async (group) => {
      groups.push(group)
      await commit(group, groups.length)
      await store.commit(group)
    },
  }
  const deaths: Error[] = []
  const set = new WriteSet(opened, (lazy) => committer.kick(lazy))
  const committer: Committer = new Committer({
    store: wrapped,
    set,
    log: pino({}, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) }),
    now: Date.now,
    onDurable: () => {},
    onDead: (error) => {
      set.dead = error
      deaths.push(error)
      committer.stop(error)
    },
  })
  return { set, committer, groups, disk, deaths, lines }
}

test('one commit is in flight, and the next takes all that came meanwhile', async () => {
  let release = () => {}
  const first = new Promise<void>((resolve) => {
    release = resolve
  })
  const { set, committer, groups } = await stage((_, attempt) => (attempt === 1 ? first : undefined))
  set.apply({ session: { a: 1 } })
  await until('the first commit', () => groups.length === 1)
  for (let n = 0; n < 20; n++) set.apply({ session: { [`b${n}`]: n } })
  expect(groups).toHaveLength(1)
  release()
  await committer.whenDurable(set.seq)
  expect(groups.map(({ rows }) => rows.size)).toEqual([1, 20])
})

test('an error is answered by the very same group, and shows until it is over', async () => {
  const { set, committer, groups, lines } = await stage((_, attempt) => {
    if (attempt < 4) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
  })
  set.apply({ session: { a: 1 } })
  await until('an error', () => committer.lastError === 'ThrottlingException: slow down')
  set.apply({ session: { b: 1 } })
  await committer.whenDurable(1)
  expect(new Set(groups.slice(0, 4)).size).toBe(1)
  expect(committer.errors).toBe(3)
  await committer.whenDurable(2)
  expect(committer.lastError).toBeUndefined()
  expect(lines).toEqual([
    'device state could not be committed; it is tried until it is',
    'device state is committed again',
  ])
})

test('fenced, it dies: who waits is told, and nothing is tried again', async () => {
  const { set, committer, groups, deaths } = await stage(() => {
    throw new Fenced('somebody else')
  })
  set.apply({ session: { a: 1 } })
  await expect(committer.whenDurable(1)).rejects.toThrow(Fenced)
  expect(deaths).toHaveLength(1)
  expect(groups).toHaveLength(1)
  await expect(committer.whenDurable(1)).rejects.toThrow(Fenced)
})

test('clean-up rides along, or goes alone after a while', async () => {
  const { set, groups, disk } = await stage()
  set.apply({ session: { a: 1, b: 2 } })
  await until('both are stored', () => disk.rows.size === 2)
  set.apply({ session: { a: null } }, true)
  set.apply({ session: { c: 3 } })
  await until('stored together', () => disk.rows.has('session:c'))
  expect(groups).toHaveLength(2)
  expect(disk.rows.has('session:a')).toBe(false)
  set.apply({ session: { b: null } }, true)
  await until('gone by itself', () => !disk.rows.has('session:b'))
})

test('a unit of many parts is durable only when all its parts are', async () => {
  let release = () => {}
  const second = new Promise<void>((resolve) => {
    release = resolve
  })
  const { set, committer, groups, disk } = await stage(async (_, attempt) => {
    if (attempt !== 2) return
    await second
    throw new Error('between the parts')
  })
  const mappings = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`${n}`, `${n}`]))
  const durable = committer.whenDurable(set.apply({ 'lid-mapping': mappings, creds: { self: { n: 1 } } }))
  await until('the second part', () => groups.length === 2)
  expect(set.durable).toBe(0)
  expect(disk.rows.has('creds:self')).toBe(false)
  release()
  await durable
  expect(disk.rows.size).toBe(251)
  expect(groups[1]).toBe(groups[2])
})

test('stopped, it gives up what waits', async () => {
  const { set, committer } = await stage(() => {
    throw new Error('the store is down')
  })
  set.apply({ session: { a: 1 } })
  const waiting = committer.whenDurable(1)
  await until('an error', () => committer.errors > 0)
  committer.stop(new Error('closed'))
  await expect(waiting).rejects.toThrow('closed')
})
