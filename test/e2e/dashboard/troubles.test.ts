import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, openPage, type Watched } from '../../support/browser.ts'
import { type Line, linkLine, untilStatus } from '../../support/line.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { signedIn, signIn } from './person.ts'

const OWN = '+4915155500021'
const FRIEND = '+4915155500022'

describe.skipIf(!chromiumPath)('the dashboard when things go wrong', () => {
  let it: Stack
  let browser: Browser
  let tab: Watched
  let line: Line
  beforeAll(async () => {
    it = await stack()
    line = await linkLine(it, OWN)
    browser = await openBrowser()
    tab = await signedIn(browser, it)
  })
  afterAll(async () => {
    await browser?.close()
    await it?.close()
  })
  const sends = (text: string) => it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text } })
  const chat = () => `${it.origin}/#/sessions/${line.sessionId}/chats/${encodeURIComponent(FRIEND)}`
  const newToken = async (scopes: string[]) =>
    (
      await it.api<{ secret: string; token: { id: string } }>('/api/tokens', {
        json: { name: 'other', scopes },
      })
    ).body

  test('a long chat is read page by page, each message once', async () => {
    const texts = Array.from({ length: 55 }, (_, n) => `Number ${n + 1} of many`)
    for (const text of texts) await sends(text)
    await until('all are stored', async () => {
      const path = `/api/sessions/${line.sessionId}/chats/${encodeURIComponent(FRIEND)}/messages?limit=100`
      return (await it.api<{ messages: unknown[] }>(path)).body.messages.length === texts.length
    })
    await tab.page.goto(chat())
    const shown = tab.page.getByRole('log').getByText(/^Number \d+ of many$/)
    await until('a page is shown', async () => (await shown.count()) === 50)
    await tab.page.getByRole('button', { name: 'Earlier messages' }).click()
    await until('all are shown', async () => (await shown.count()) === texts.length)
    // WhatsApp tells seconds: within one, ids decide about the order.
    expect((await shown.allTextContents()).toSorted()).toEqual(texts.toSorted())
    await tab.page.getByRole('button', { name: 'Earlier messages' }).waitFor({ state: 'hidden' })
  })

  test('when the server is away it says so, and goes on by itself when it is back', async () => {
    const { page } = tab
    await page.getByText('Live', { exact: true }).waitFor()
    await it.kill('main')
    await page.getByText('Not live: trying again').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('Written into nothing')
    await page.getByRole('button', { name: 'Send' }).click()
    const form = page.getByRole('form', { name: 'Write' })
    await form.getByRole('alert').getByText('The server cannot be reached.').waitFor()
    await it.restart()
    await untilStatus(it, line.sessionId, 'connected')
    await sends('Back again')
    await page.getByRole('log').getByText('Back again').waitFor({ timeout: 60_000 })
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('log').getByText('Written into nothing').waitFor()
    await until('nothing is red any more', async () => (await page.getByRole('alert').count()) === 0)
  })

  test('what could not be loaded meanwhile comes by itself when the server is back', async () => {
    await using other = await signedIn(browser, it)
    const { page } = other
    await it.kill('main')
    await page.getByRole('link', { name: 'Webhooks' }).click()
    const alert = page.getByRole('alert').getByText('The server cannot be reached.')
    await alert.waitFor()
    await it.restart()
    await alert.waitFor({ state: 'hidden' })
    await page.getByText('There is none.').waitFor()
  })

  test('a token that is revoked meanwhile ends the visit, and says why', async () => {
    const { secret, token } = await newToken(['*'])
    await using other = await signedIn(browser, { ...it, key: secret })
    await other.page.goto(`${it.origin}/#/connectors`)
    await other.page.getByText('It needs a token with admin rights.').waitFor()
    await it.api(`/api/tokens/${token.id}`, { method: 'DELETE' })
    await other.page.goto(`${it.origin}/#/conversations`)
    await other.page.getByRole('alert').getByText('The token is not valid.').waitFor()
    expect(await other.page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  test('what a token may not do, the page says in the words of the API', async () => {
    const { secret } = await newToken(['sessions:read'])
    await using other = await signedIn(browser, { ...it, key: secret })
    const { page } = other
    await page.getByRole('link', { name: `Line ${OWN}` }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page
      .getByRole('alert')
      .getByText(/needs a token with the scope sessions:write/)
      .waitFor()
    await page.getByRole('link', { name: 'Conversations' }).click()
    await page
      .getByRole('alert')
      .getByText(/needs a token with the scope/)
      .waitFor()
  })

  test('a key of one session does not open the page, and it says so', async () => {
    const path = `/api/sessions/${line.sessionId}/regenerate-key`
    const { body } = await it.api<{ apiKey: string }>(path, { method: 'POST' })
    await using other = await openPage(browser)
    await other.page.goto(it.origin)
    await signIn(other.page, body.apiKey)
    await other.page.getByRole('alert').getByText('This key opens one session').waitFor()
  })

  test('an address that leads nowhere says so', async () => {
    const { page } = tab
    for (const place of ['nowhere', 'sessions/a/b/c/d', '%E0%A4%A']) {
      await page.goto(`${it.origin}/#/${place}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
    await page.goto(`${it.origin}/#/nowhere`)
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
    await page.goto(`${it.origin}/#/sessions/00000000000000000000000000000000`)
    await page
      .getByRole('alert')
      .getByText(/not found/i)
      .waitFor()
    expect(tab.problems.filter((problem) => !/Failed to load resource|WebSocket|ERR_/.test(problem))).toEqual(
      [],
    )
  })
})
