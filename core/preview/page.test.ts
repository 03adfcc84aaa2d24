import { describe, expect, test } from 'vitest'
import { linkIn } from './link.ts'
import { readPage } from './page.ts'

const BASE = 'https://example.com/a/page'
const head = (inside: string) => `<!doctype html><html><head>${inside}</head><body><h1>x</h1></body></html>`

describe('what a page says of itself', () => {
  test('by the Open Graph, with entities, spaces and a relative picture', () => {
    const html = head(`
      <title>Not this</title>
      <meta content="Tea &amp; “Cake” &#8211; &#x1F370;" property="og:title">
      <meta property='og:description' content='Two
        lines'/>
      <meta property=og:image content=../img/cake.png>`)
    expect(readPage(html, BASE)).toEqual({
      title: 'Tea & “Cake” – 🍰',
      description: 'Two lines',
      image: 'https://example.com/img/cake.png',
    })
  })

  test('by its title and description when it has nothing else', () => {
    const html = head('<TITLE lang="en"> Plain\n page </TITLE><META NAME="Description" CONTENT="As it was">')
    expect(readPage(html, BASE)).toEqual({ title: 'Plain page', description: 'As it was' })
  })

  test.each([
    ['nothing', ''],
    ['no HTML', '\u0000\u0001PNG'],
    ['what stands in a comment', '<!-- <meta property="og:title" content="no"> -->'],
    ['what a script writes', '<script>"<meta property=og:title content=no>"</script>'],
    ['what never ends', `<!--${'<meta '.repeat(10_000)}`],
    ['what stands in the body', '<head></head><body><meta property="og:title" content="no"></body>'],
  ])('%s', (_, html) => {
    expect(readPage(html, BASE)).toEqual({})
  })

  test.each([['javascript:alert(1)'], ['data:image/png;base64,AAAA'], ['file:///etc/passwd'], ['http://']])(
    'a picture at %s is none',
    (image) => {
      expect(readPage(head(`<title>t</title><meta property="og:image" content="${image}">`), BASE)).toEqual({
        title: 't',
      })
    },
  )

  test('a page that was made to take long does not', () => {
    const began = process.threadCpuUsage()
    for (const evil of ['<meta a=', '<title>', '<script', '<!--', '&#', '<meta property="', 'a=b '])
      readPage(evil.repeat(256_000 / evil.length), BASE)
    expect(process.threadCpuUsage(began).user).toBeLessThan(3_000_000)
  })

  test('is shortened, and never in the middle of a character', () => {
    const { title = '' } = readPage(head(`<title>${'🍰'.repeat(1_000)}</title>`), BASE)
    expect([...title]).toHaveLength(300)
    expect(title.isWellFormed()).toBe(true)
  })
})

test.each([
  ['Look: https://example.com/a?b=c.', 'https://example.com/a?b=c'],
  ['(see http://example.com/x)', 'http://example.com/x'],
  ['two https://a.example https://b.example', 'https://a.example'],
  ['none here, ftp://a.example', undefined],
  ['https://', undefined],
])('the link in %j is %s', (text, link) => {
  expect(linkIn(text)).toBe(link)
})
