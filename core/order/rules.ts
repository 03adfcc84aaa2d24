/**
 * Orders read by rules: no network, no cost, the same answer every time, in microseconds. Several wares in one message
 * and several languages (words.ts). It rather finds nothing than something that was not said: questions, times, dates
 * and amounts of money are no orders.
 */
import type { Change, Extraction } from './extraction.ts'
import { patterns } from './patterns.ts'
import { numberWords, unitWords } from './words.ts'

/** Twilio's longest message has 1,600 characters, WhatsApp's 65,536: what lies beyond this is not read for orders. */
const MAX_LENGTH = 4_000
const MAX_CHANGES = 50
/** What stands between two commas; longer ones are prose. */
const MAX_PART = 300
const MAX_NAME = { characters: 100, words: 8 }

/** Characters that show nothing: emoji joiners, direction marks, control characters except line ends. */
const INVISIBLE = /[\p{Cf}--[\u200d]]|[\p{Cc}--[\n\r]]/gv
const SPACES = /[^\S\n\r]+/g

export function readOrder(text: string): Extraction {
  const plain = text
    .normalize('NFC')
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .replace(INVISIBLE, ' ')
    .replace(SPACES, ' ')
  const { rest, facts } = takeFacts(plain)
  const sentences = rest.replace(patterns().unitDot, '$1').split(patterns().sentenceEnd)
  return { changes: sentences.flatMap(readSentence).slice(0, MAX_CHANGES), ...facts }
}

/** Name and address are taken out first: a house number is no quantity. */
function takeFacts(text: string): { rest: string; facts: Omit<Extraction, 'changes'> } {
  const address = patterns().addressIs.exec(text)?.groups?.address
  const withoutAddress = address ? text.replace(patterns().addressIs, '') : text
  const name = patterns().nameIs.exec(withoutAddress)?.groups?.name
  const isName = name !== undefined && /^\p{Lu}/u.test(name)
  return {
    rest: isName ? withoutAddress.replace(patterns().nameIs, '') : withoutAddress,
    facts: {
      ...(isName ? { customer_name: name.trim() } : {}),
      ...(address ? { delivery_address: address.trim().replace(/[.,]$/, '') } : {}),
    },
  }
}

/** What the parts of a sentence before this one were about. */
type Mood = { asking: boolean; inquiring: boolean; removing: boolean }

function readSentence(sentence: string): Change[] {
  const mood: Mood = { asking: false, inquiring: false, removing: false }
  const changes: Change[] = []
  const [first = '', ...others] = sentence.replace(/[.!?;\n\r•]+$/u, '').split(patterns().separator)
  for (const { conjunction, part } of [{ conjunction: undefined, part: first }, ...pairs(others)]) {
    if (part.length > MAX_PART) continue
    const change = readPart(part.trim(), mood)
    const last = changes.at(-1)
    if (change) changes.push(change)
    else if (last && conjunction && continues(part, mood))
      changes.splice(-1, 1, { ...last, name: `${last.name} ${conjunction} ${cleanName(part)}` })
  }
  return changes
}

const pairs = (split: (string | undefined)[]) =>
  Array.from({ length: split.length / 2 }, (_, index) => ({
    conjunction: split[index * 2],
    part: split[index * 2 + 1] ?? '',
  }))

/** `2 salt and pepper sets`: the part behind the conjunction belongs to the name before it. */
function continues(part: string, mood: Mood): boolean {
  const name = cleanName(part)
  const said = part.match(patterns().asks) ?? part.match(patterns().inquires)
  return (
    !mood.removing &&
    !mood.inquiring &&
    !said &&
    isWare(name) &&
    name.split(' ').length <= 3 &&
    !/\d/.test(name)
  )
}

function readPart(part: string, mood: Mood): Change | undefined {
  const cues = [...part.matchAll(patterns().asks)].filter(({ groups }) => !groups?.before)
  const asked = cues.length > 0
  if (patterns().inquires.test(part))
    mood.inquiring = !asked || patterns().inquires.test(part.slice(0, cues[0]?.index))
  else if (asked) mood.inquiring = false
  if (asked) mood.asking = true
  if (mood.inquiring) return

  const removal = patterns().removes.exec(part.replace(patterns().aside, ' ').trim())
  if (removal) mood.removing = true
  else if (asked) mood.removing = false
  if (mood.removing)
    return readRemoval(
      part
        .replace(patterns().aside, ' ')
        .trim()
        .slice(removal?.[0].length ?? 0),
    )

  const bodies = asked
    ? cues.flatMap(({ index, 0: cue }) => [part.slice(index + cue.length), part.slice(0, index)])
    : [part]
  for (const body of bodies) {
    const change = readWare(body, mood.asking)
    if (change) return change
  }
  return
}

function readRemoval(text: string): Change | undefined {
  const body = text.trim().replace(patterns().lead, '')
  const counted = match(body)
  const name = counted?.name ?? cleanName(body)
  return isWare(name)
    ? { action: 'remove', name, quantity: counted?.quantity ?? 0, ...unitOf(counted?.unit) }
    : undefined
}

function readWare(text: string, asking: boolean): Change | undefined {
  const one = text.replace(patterns().another, (_, count: string | undefined) => ` +${count ?? '1'} `)
  const more = one !== text || patterns().adds.test(one)
  patterns().adds.lastIndex = 0
  const body = one
    .replaceAll(' +', ' ')
    .replace(patterns().adds, ' ')
    .replace(patterns().aside, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(patterns().lead, '')
  const found = match(body)
  if (!found || !isWare(found.name)) return
  const { quantity, unit, name, unit_price } = found
  /** `a pizza` counts where somebody asks for it; a bare `a pizza` may be anything. */
  if (found.inWords && !asking && !unit) return
  return { action: more ? 'add' : 'set', name, quantity, ...unitOf(unit), ...unit_price }
}

type Match = {
  quantity: number
  unit: string | undefined
  name: string
  inWords: boolean
  unit_price: { unit_price: number } | undefined
}

function match(body: string): Match | undefined {
  for (const shape of patterns().shapes) {
    const { count = '', unit, name = '' } = shape.exec(body)?.groups ?? {}
    const written = patterns().numberWord.test(count)
    const number = written ? numberWords.get(count.toLowerCase().replace(/\s+/g, ' ')) : parseNumber(count)
    if (!number || number > 1_000_000) continue
    const known = unit === undefined ? undefined : unitWords.get(unit.toLowerCase())
    const [bare, unit_price] = takePrice(name)
    return {
      quantity: typeof known === 'number' ? number * known : number,
      unit: typeof known === 'number' ? undefined : known,
      name: cleanName(bare),
      inWords: written && unit === undefined,
      unit_price,
    }
  }
  return
}

const unitOf = (unit: string | undefined) => (unit ? { unit } : {})

/** `1,000` and `1.000` are a thousand, `2,5` and `2.5` two and a half, `1/2` and `½` a half. */
export function parseNumber(text: string): number {
  if (text === '½') return 0.5
  const [, top, bottom] = /^(\d+)\s*\/\s*(\d+)$/.exec(text) ?? []
  if (top && bottom) return Number(top) / Number(bottom)
  if (/^\d{1,3}([.,]\d{3})+$/.test(text)) return Number(text.replace(/[.,]/g, ''))
  return Number(text.replace(',', '.'))
}

/** `… at $2 each`: only where a currency or `each` says that it is a price. */
function takePrice(name: string): [name: string, price: { unit_price: number } | undefined] {
  const { mark, mark2, each, price } = patterns().price.exec(name)?.groups ?? {}
  if (!price || !(mark || mark2 || each)) return [name, undefined]
  return [name.replace(patterns().price, ''), { unit_price: parseNumber(price) }]
}

const cleanName = (name: string): string =>
  name
    .replace(patterns().trailing, '')
    .replace(patterns().aside, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s"'“”„«»‘’([*_~-]+|[\s"'“”„«»‘’)\].,:*_~-]+$/gu, '')

const isWare = (name: string): boolean =>
  /\p{L}/u.test(name) &&
  name.length <= MAX_NAME.characters &&
  name.split(' ').length <= MAX_NAME.words &&
  !patterns().onlyUnit.test(name) &&
  !patterns().noWare.test(name) &&
  !patterns().noItem.test(name)
