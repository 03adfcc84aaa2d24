/**
 * The shapes in which people write a quantity of something, built from the words of words.ts when the first text is read:
 * they are a tenth of what a webhook's cold start would take, and many accounts read no orders.
 */
import * as words from './words.ts'

const { word } = words
const any = (pattern: string, flags = 'iu') => new RegExp(pattern, flags)

const NUMBER = '(?:\\d{1,3}(?:[.,]\\d{3})+|\\d+\\s*/\\s*\\d+|\\d+(?:[.,]\\d+)?|½)(?![\\p{N}/:%]|[.,]\\d)'
const UNIT = word(words.UNIT)
const OF = `(?:${word(words.OF)}\\s+|(?:d|dell)['’])?`

let built: ReturnType<typeof build> | undefined
export const patterns = (): ReturnType<typeof build> => {
  built ??= build()
  return built
}

function build() {
  /** Named groups of all shapes: `count`, `unit`, `name`. */
  const shapes = [
    /** `2kg of sugar`, `6pcs cups` */
    any(`^(?<count>${NUMBER})(?<unit>${words.UNIT})(?![\\p{L}\\p{M}\\p{N}])\\s*${OF}(?<name>.+)$`),
    /** `5 kg of sugar`, `5x sugar`, `five sugar` */
    any(
      `^(?<count>${NUMBER}|${word(words.NUMBER_WORD)})(?:\\s*[×*]\\s*|\\s*x\\s+|(?!\\p{L})\\s*)(?:(?<unit>${UNIT})\\s+)?${OF}(?<name>.+)$`,
    ),
    /** `Sugar x 5`, `Sugar: 5 kg`, `Sugar - 2kg` */
    any(
      `^(?<name>.+?)(?:\\s+[x×*]\\s*|\\s*[:=]\\s*|\\s+[-–]\\s+)(?<count>${NUMBER})\\s*(?<unit>${words.UNIT})?$`,
    ),
    /** `Sugar 2 kg` */
    any(`^(?<name>.+?)\\s+(?<count>${NUMBER}|${word(words.NUMBER_WORD)})\\s*(?<unit>${words.UNIT})$`),
  ]

  const numberWord = any(`^${word(words.NUMBER_WORD)}$`)
  const another = any(`(?:(${NUMBER}|${word(words.NUMBER_WORD)})\\s+)?${word(words.ANOTHER)}`, 'giu')
  const asks = any(`(?<before>${word(words.DETERMINER)}\\s+)?(?<cue>${word(words.ASKS)})`, 'giu')
  const adds = any(word(words.ADDS), 'giu')
  const removes = any(`^(?:${word(words.LEAD)}\\s+)*${word(words.REMOVES)}`)
  const inquires = any(word(words.INQUIRES))
  const aside = any(word(words.ASIDE), 'giu')
  const lead = any(`^(?:(?:${word(words.LEAD)}|[-–*•#)\\s]+)\\s*)+`)
  const noWare = any(`^${word(words.NO_WARE)}`)
  const onlyUnit = any(`^${UNIT}$`)
  const noItem = any(`^${word(words.NO_ITEM)}`)
  const trailing = any(`\\s+(?:${word(words.UNTIL)}.*|${word(words.ASKS)}.*)$`)
  const price = any(
    `\\s+(?:at|@|à|zu|je|a)\\s*(?<mark>[$€£₹]|rs\\.?|usd|eur)?\\s*(?<price>\\d+(?:[.,]\\d{1,2})?)\\s*(?<mark2>[$€£₹]|rs|usd|eur(?:os?)?)?\\s*(?<each>${word(words.EACH)})?$`,
  )

  /** A full stop ends a sentence before a space only: `2.5` and `example.com` go on. */
  const sentenceEnd = /(?<=[!?;\n\r•]|\.(?=\s|$))/u
  const unitDot = any(`(${UNIT})\\.(?=\\s)`, 'giu')
  /** Commas inside numbers do not part. The conjunction is captured, because names may hold one. */
  const separator = any(`\\s*(?:,(?!\\d)|(${word(words.AND)}|&|(?<=\\s)\\+)(?=\\s))\\s*`)

  const nameIs = any(
    `${word(words.NAME_IS)}\\s*:?\\s*(?<name>\\p{L}[\\p{L}\\p{M}'’-]*(?:\\s+\\p{Lu}[\\p{L}\\p{M}'’-]*){0,3})`,
    'iu',
  )
  const addressIs = any(
    `(?:(?<=^|[\\s,.;])${word(words.ADDRESS_IS)})\\s*(?:is\\b|ist\\b|es\\b|est\\b|è|é)?\\s*:?\\s*(?<address>[^\\n;!?]{4,200})`,
  )

  return {
    shapes,
    numberWord,
    another,
    asks,
    adds,
    removes,
    inquires,
    aside,
    lead,
    noWare,
    onlyUnit,
    noItem,
    trailing,
    price,
    sentenceEnd,
    unitDot,
    separator,
    nameIs,
    addressIs,
  }
}
