/**
 * Where files are kept: S3, or a folder of one machine, behind one interface that one suite of tests holds to its word.
 * Content is streamed both ways; nothing larger than a chunk is in memory.
 */
import type { Readable } from 'node:stream'
import type { CredentialSource } from '../aws/credentials.ts'

/** A file on this machine that is about to be stored. */
export type LocalFile = { path: string; size: number }
export type StoredFile = { size: number; content: Readable }
/** Whose it is. Where the session keeps what is said sealed, the file is sealed: see sealing.ts. */
export type FileOwner = { accountId: string; encrypted?: true | undefined }

export type Objects = {
  /** Replaces what is there, at once: a reader sees the old content or the new one. The file stays where it is. */
  put(key: string, file: LocalFile, mimetype: string, owner?: FileOwner): Promise<void>
  /** Undefined when there is none. */
  get(key: string): Promise<StoredFile | undefined>
  /** What does not exist is no error. */
  remove(key: string): Promise<void>
  /** Everything whose key begins with this folder, which ends with a slash. */
  removeAll(folder: string): Promise<void>
  /** An address from which anybody can fetch it for so long; undefined where the store has none of its own. */
  link(
    key: string,
    options: { seconds: number; mimetype: string; fileName?: string | undefined },
  ): Promise<string | undefined>
  /**
   * An address to which anybody can PUT exactly so many bytes, for so long; undefined where the store has none of its own.
   * What is put there has to be looked at before it is used.
   */
  uploadLink(key: string, options: { seconds: number; size: number }): Promise<string | undefined>
}

export type ObjectsConfig = {
  /** `file:///folder` or `s3://bucket` */
  MEDIA_STORE?: string | undefined
  S3_ENDPOINT?: string | undefined
  AWS_REGION: string
}

/**
 * Undefined when none is configured. The store is loaded when it is used first: most processes never do.
 * @param content keys for files that are sealed; without one none can be written, and they are read as they lie there
 */
export function openObjects(
  config: ObjectsConfig,
  credentials?: CredentialSource,
  content: readonly string[] = [],
): Objects | undefined {
  const { MEDIA_STORE: address, S3_ENDPOINT: endpoint, AWS_REGION: region } = config
  if (!address) return undefined
  const { protocol, hostname, pathname } = new URL(address)
  const opening = lazily(async (): Promise<Objects> => {
    const { sealingObjects } = await import('./sealing.ts')
    if (protocol === 'file:') {
      const { openFiles } = await import('./files.ts')
      return sealingObjects(openFiles(decodeURIComponent(pathname)), content)
    }
    const { openS3 } = await import('./s3.ts')
    return sealingObjects(openS3({ bucket: hostname, region, endpoint, credentials }), content)
  })
  return {
    put: async (...given) => (await opening()).put(...given),
    get: async (key) => (await opening()).get(key),
    remove: async (key) => (await opening()).remove(key),
    removeAll: async (folder) => (await opening()).removeAll(folder),
    link: async (...given) => (await opening()).link(...given),
    uploadLink: async (...given) => (await opening()).uploadLink(...given),
  }
}

function lazily<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}
