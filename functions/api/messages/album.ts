/**
 * Images and videos that phones show as one: a message that announces how many there are, and each of them as a message
 * of its own behind it. All files are taken in before the first is accepted, so that one that cannot be had refuses all;
 * with an idempotency key each of them has a key of its own, so that whatever is repeated completes the same album.
 */
import { createHash } from 'node:crypto'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import type { Content } from '#core/contract/content.ts'
import type { Message } from '#core/message.ts'
import { chunks } from '#core/platform/chunks.ts'
import { send } from '#core/send.ts'
import type { Session } from '#core/session.ts'
import type { Deps } from '../deps.ts'
import { timeOf, withFile } from './compose.ts'
import type { NewMessage } from './kinds.ts'

type Album = { message: Message; items: Message[] }

/** @throws Fault as a single message would */
export async function sendAlbum(
  deps: Deps,
  session: Session,
  { to = '', album = [], sendAt: later }: NewMessage,
  key: string | undefined,
): Promise<Album> {
  const chatId = await canonicalChatId(deps.store, session.id, to)
  const time = later === undefined ? {} : { sendAt: () => timeOf(later, deps.store.now()) }
  let taken: Promise<Content[]> | undefined
  const contents = () => {
    taken ??= takenIn(deps, session, album)
    return taken
  }
  const accept = async (what: unknown, place: string, compose: () => Promise<Content>) => {
    const idempotencyKey = key === undefined ? undefined : `${key}${place}`
    const draft = { to: chatId, ...time, idempotencyKey, fingerprint: printOf(what), compose }
    return (await send(deps, session, draft)).message
  }

  const message = await accept(album, '', async () => ({ type: 'album', album: countOf(await contents()) }))
  const items: Message[] = []
  for (const [index, entry] of album.entries())
    items.push(
      await accept(entry, `#${index + 1}`, async () => ({
        ...((await contents())[index] as Content),
        albumId: message.id,
      })),
    )
  return { message, items }
}

/** Files at a time: each lies on this machine until it is stored, and a function on AWS has 512 MB for them. */
const AT_ONCE = 3

async function takenIn(
  deps: Deps,
  session: Session,
  album: NonNullable<NewMessage['album']>,
): Promise<Content[]> {
  const contents: Content[] = []
  for (const some of chunks(album, AT_ONCE))
    contents.push(
      ...(await Promise.all(some.map((entry) => withFile(deps, session, entry) as Promise<Content>))),
    )
  return contents
}

const printOf = (what: unknown): string =>
  createHash('sha256').update(JSON.stringify(what)).digest('base64url')

const countOf = (contents: Content[]): NonNullable<Content['album']> => {
  const images = contents.filter(({ type }) => type === 'image').length
  return { images, videos: contents.length - images }
}
