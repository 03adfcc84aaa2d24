import type { ServerResponse } from 'node:http'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld } from '../../support/capability.ts'
import { type Site, site } from '../../support/site.ts'

/** What a link shows, from real pages on this machine, some of them hostile. */
let w: CapabilityWorld
let id: string
let pages: Site
const FRIEND = '4915100000002'
const seen: string[] = []

beforeAll(async () => {
  pages = await site((request, response) => answer(request.url ?? '', response))
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line('4915100000001')).id
}, 120_000)
afterAll(async () => {
  await w?.close()
  pages.close()
})

function picture(): Buffer {
  const png = new PNG({ width: 640, height: 320 })
  png.data.fill(0x88)
  return PNG.sync.write(png)
}

const page = (inside: string) => `<html><head>${inside}</head><body></body></html>`
const GOOD = '<meta property="og:title" content="Cake &amp; tea"><meta name="description" content="Fresh">'

function answer(path: string, response: ServerResponse): void {
  seen.push(path)
  const html = (inside: string) => response.writeHead(200, { 'content-type': 'text/html' }).end(page(inside))
  const name = path.slice(1)
  if (name === 'good') html(`${GOOD}<meta property="og:image" content="/picture.png">`)
  else if (name === 'picture.png') response.writeHead(200, { 'content-type': 'image/png' }).end(picture())
  else if (name === 'moved') response.writeHead(302, { location: '/good' }).end()
  else if (name === 'loop') response.writeHead(302, { location: '/loop' }).end()
  else if (name === 'inside') response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
  else if (name === 'metadata')
    html(`${GOOD}<meta property="og:image" content="http://169.254.169.254/latest">`)
  else if (name === 'no-picture') html(`${GOOD}<meta property="og:image" content="/good">`)
  else if (name === 'bomb') html(`${GOOD}<meta property="og:image" content="/endless.png">`)
  else if (name === 'endless.png') endless(response, 'image/png')
  else if (name === 'endless') endless(response, 'text/html', page(GOOD))
  else if (name === 'file') response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF')
  else if (name === 'slow') response.writeHead(200, { 'content-type': 'text/html' }).write('<html>')
  else if (name !== 'silent') response.writeHead(404).end()
}

function endless(response: ServerResponse, type: string, beginning = ''): void {
  response.writeHead(200, { 'content-type': type }).write(beginning)
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
  }
  response.on('drain', more)
  more()
}

/** What the phone shows of a link. */
async function sent(path: string) {
  const text = `Look at ${pages.origin}/${path}!`
  const { id: messageId } = await w.sends(id, { to: FRIEND, text, linkPreview: true })
  const shown = await w.atPhone(FRIEND, messageId)
  expect(shown.text).toBe(text)
  const { payload } = await w.event(id, 'message.sent', ({ message }) => message.id === messageId)
  expect(payload.message.linkPreview?.title).toBe(shown.linkTitle)
  return shown
}

capability('Show what a link leads to, with its picture', 'POST /api/messages {linkPreview}', async () => {
  const { linkThumbnail, ...shown } = await sent('good')
  expect(shown).toMatchObject({
    linkUrl: `${pages.origin}/good`,
    linkTitle: 'Cake & tea',
    linkDescription: 'Fresh',
  })
  expect([...Buffer.from(String(linkThumbnail), 'base64').subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
})

capability('Fetch the same link once', 'POST /api/messages {linkPreview}', async () => {
  const before = seen.filter((path) => path === '/good').length
  expect((await sent('good')).linkTitle).toBe('Cake & tea')
  expect(seen.filter((path) => path === '/good')).toHaveLength(before)
})

capability('Show of a hostile page what can be had', 'POST /api/messages {linkPreview}', async () => {
  for (const path of ['moved', 'metadata', 'no-picture', 'bomb', 'endless']) {
    const { linkTitle, linkThumbnail } = await sent(path)
    expect([path, linkTitle]).toEqual([path, 'Cake & tea'])
    expect([path, linkThumbnail !== undefined]).toEqual([path, path === 'moved'])
  }
})

capability('Send a link that shows nothing, in seconds', 'POST /api/messages {linkPreview}', async () => {
  for (const path of ['loop', 'inside', 'file', 'slow', 'silent', 'missing']) {
    const began = performance.now()
    const { linkUrl, linkTitle } = await sent(path)
    expect([path, linkUrl, linkTitle]).toEqual([path, undefined, undefined])
    expect(performance.now() - began).toBeLessThan(20_000)
  }
})

capability(
  'Refuse to show the link of a text that has none',
  'POST /api/messages {linkPreview}',
  async () => {
    const { status, body } = await w.call('POST', '/api/messages', {
      sessionId: id,
      to: FRIEND,
      text: 'no link',
      linkPreview: true,
    })
    expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR'])
  },
)
