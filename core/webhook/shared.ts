/**
 * What the endpoints of one session read alike, read once by a process that brings several of them up to date: full pages
 * of a log, which do not grow, and the bodies of requests. For moments only: what becomes visible late is looked for
 * later, past this (see batch.ts).
 */
import type { Links } from '../media/link.ts'
import { sessionPartition } from '../partition.ts'
import type { Page, Store } from '../platform/dynamo.ts'
import { bodies } from './bodies.ts'
import { Told } from './envelope.ts'

export type Shared = {
  /** Events of a log behind one, oldest first. */
  page(stream: string, after: string, limit: number): Promise<Page<Told>>
  body(event: Told): Promise<string>
}

/** How long something is believed, in ms, how much is kept, and how long what is kept may be. */
const [BELIEVED, PAGES, BODIES, LONGEST] = [5_000, 50, 2_000, 16_000]

export function openShared(store: Store, links: Links): Shared {
  const pages = new Map<string, { at: number; page: Promise<Page<Told>> }>()
  const texts = new Map<string, { at: number; text: Promise<string> }>()
  let made = { at: 0, body: bodies({ store, links }) }
  const isFresh = ({ at }: { at: number }) => store.now() - at < BELIEVED

  return {
    page(stream, after, limit) {
      const name = `${stream} ${after} ${limit}`
      const known = pages.get(name)
      if (known && isFresh(known)) return known.page
      const page = store.query('events', Told, sessionPartition(stream), { after, limit })
      remember(pages, name, { at: store.now(), page }, PAGES)
      const forget = () => pages.delete(name)
      page.then(({ cursor }) => cursor ?? forget(), forget)
      return page
    },
    body(event) {
      const name = `${event.sessionId} ${event.id}`
      const known = texts.get(name)
      if (known && isFresh(known)) return known.text
      if (!isFresh(made)) made = { at: store.now(), body: bodies({ store, links }) }
      const text = made.body(event)
      remember(texts, name, { at: store.now(), text }, BODIES)
      const forget = () => texts.delete(name)
      text.then((made) => made.length < LONGEST || forget(), forget)
      return text
    },
  }
}

/** The oldest goes when there are too many. */
function remember<T>(all: Map<string, T>, name: string, one: T, most: number): void {
  all.delete(name)
  all.set(name, one)
  const [oldest] = all.keys()
  if (all.size > most && oldest !== undefined) all.delete(oldest)
}
