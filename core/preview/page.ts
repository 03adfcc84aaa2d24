/**
 * What a page says of itself to those who link to it: the Open Graph's title, description and image, or what it has instead.
 * https://ogp.me. Reads the beginning of any text in one pass and believes nothing: what is no HTML has nothing to say.
 */
export type Page = { title?: string; description?: string; image?: string }

/** Characters that are shown; WhatsApp shows fewer. */
const [TITLE, DESCRIPTION] = [300, 1_000]

/** @param base where the page was found, for addresses that stand in it */
export function readPage(html: string, base: string): Page {
  const head = html.slice(0, bodyAt(html))
  const metas = metasIn(head)
  const said = (...names: string[]): string | undefined => names.map((name) => metas.get(name)).find(Boolean)
  const title = tidy(said('og:title', 'twitter:title', 'title'), TITLE)
  const description = tidy(said('og:description', 'twitter:description', 'description'), DESCRIPTION)
  const image = addressIn(said('og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image'), base)
  return {
    ...(title ? { title } : {}),
    ...(description ? { description } : {}),
    ...(image ? { image } : {}),
  }
}

/** Where the head ends; of a page without a body that is its end. */
function bodyAt(html: string): number {
  const at = html.search(/<body[\s>]/i)
  return at < 0 ? html.length : at
}

/** What nothing of is read, and what is read. */
const OPENING = /<(script|style|noscript|title|meta)\b/iy
/** Bounded, so that no text takes long. */
const ATTRIBUTE = /([\w:-]{1,40})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g

/** The first of each name counts; the title stands under `title`. Goes forward only, so it takes time for each character once. */
function metasIn(head: string): Map<string, string> {
  const found = new Map<string, string>()
  const lower = head.toLowerCase()
  const add = (name: string | undefined, content: string | undefined) => {
    if (name && content && !found.has(name)) found.set(name, content)
  }
  for (let at = head.indexOf('<'); at >= 0; at = head.indexOf('<', at)) {
    OPENING.lastIndex = at
    const name = head.startsWith('<!--', at) ? '!--' : OPENING.exec(head)?.[1]?.toLowerCase()
    if (!name) {
      at++
      continue
    }
    const end = name === '!--' ? head.indexOf('-->', at) : head.indexOf('>', at)
    if (end < 0) break
    if (name === 'meta') {
      const attributes = attributesIn(head.slice(at, end))
      add((attributes.get('property') ?? attributes.get('name'))?.toLowerCase(), attributes.get('content'))
    }
    const close = name === 'meta' || name === '!--' ? end : lower.indexOf(`</${name}`, end)
    if (close < 0) break
    if (name === 'title') add('title', head.slice(end + 1, close))
    at = close + 1
  }
  return found
}

function attributesIn(tag: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', ...values] of tag.matchAll(ATTRIBUTE))
    found.set(name.toLowerCase(), values.find((value) => value !== undefined) ?? '')
  return found
}

function addressIn(text: string | undefined, base: string): string | undefined {
  const url = text && URL.parse(decoded(text).trim(), base)
  return url && /^https?:$/.test(url.protocol) ? url.toString() : undefined
}

const tidy = (text: string | undefined, most: number): string | undefined =>
  [
    ...decoded(text ?? '')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .toWellFormed(),
  ]
    .slice(0, most)
    .join('') || undefined

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  laquo: '«',
  raquo: '»',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  middot: '·',
  bull: '•',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
}

/** Those that stand in titles; what else there is stays as it is written. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
