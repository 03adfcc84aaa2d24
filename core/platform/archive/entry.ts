/** A file in an archive, and what is said of an archive that cannot be read. */
export type Entry = { name: string; content: Buffer }

export class BrokenArchive extends Error {
  override readonly name = 'BrokenArchive'
}
