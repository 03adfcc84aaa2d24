/** Files in a folder of this machine. A file appears under its name when it is whole, also after a crash. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import type { Objects } from './index.ts'

const KEY = /^[\w.-]+(\/[\w.-]+)*\/?$/

export function openFiles(folder: string): Objects {
  /** @throws Error for a key that would lead elsewhere */
  const pathOf = (key: string): string => {
    const path = join(folder, normalize(key))
    if (!KEY.test(key) || key.includes('..') || !path.startsWith(join(folder, '/')))
      throw new Error('That is no key of a file.')
    return path
  }
  return {
    async put(key, { path: from }) {
      const path = pathOf(key)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const arriving = join(dirname(path), `.${randomUUID()}`)
      try {
        await copyFile(from, arriving)
        await durable(arriving)
        await rename(arriving, path)
      } finally {
        await rm(arriving, { force: true })
      }
    },
    async get(key) {
      const path = pathOf(key)
      const found = await stat(path).catch(() => undefined)
      return found?.isFile() ? { size: found.size, content: createReadStream(path) } : undefined
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    removeAll: (prefix) => rm(pathOf(prefix), { force: true, recursive: true }),
    link: async () => undefined,
    uploadLink: async () => undefined,
  }
}

async function durable(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
