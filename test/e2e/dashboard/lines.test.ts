import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, openPage, type Watched } from '../../support/browser.ts'
import { inbox } from '../../support/line.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { accessibilityFaults } from './accessibility.ts'
import { foreign, scan, signedIn, signIn } from './person.ts'

const OWN = '+4915155500001'
const FRIEND = '+4915155500002'
const EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

describe.skipIf(!chromiumPath)('the dashboard: sessions and chats', () => {
  let it: Stack
  let browser: Browser
  let tab: Watched
  let sessionId: string
  beforeAll(async () => {
    it = await stack()
    browser = await openBrowser()
    tab = await signedIn(browser, it)
  })
  afterAll(async () => {
    await browser?.close()
    await it?.close()
  })
  const sends = (text: string) => it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text } })
  const toChats = async () => {
    await tab.page.goto(`${it.origin}/#/sessions/${sessionId}/chats/${encodeURIComponent(FRIEND)}`)
    return tab.page.getByRole('log', { name: 'Messages' })
  }

  test('is served with a policy that lets nothing foreign in, beside the API', async () => {
    const page = await fetch(it.origin)
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(policy).not.toMatch(/unsafe|\*|https:/)
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(await page.text()).not.toMatch(/https?:\/\//)
    expect((await fetch(it.origin, { method: 'HEAD' })).headers.get('content-type')).toContain('text/html')
    for (const path of ['/openapi.json', '/docs', '/health'])
      expect((await fetch(`${it.origin}${path}`)).status, path).toBe(200)
    const nothing = await fetch(`${it.origin}/nothing.js`)
    expect([nothing.status, await nothing.json()]).toMatchObject([404, { code: 'NOT_FOUND' }])
    expect((await fetch(it.origin, { method: 'POST' })).status).toBe(405)
  })

  test('a wrong token is named, and kept nowhere', async () => {
    await using other = await openPage(browser)
    await other.page.goto(it.origin)
    await signIn(other.page, 'wrong')
    await other.page.getByRole('alert').getByText('The token is not valid.').waitFor()
    expect(await other.page.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0])
    expect(await accessibilityFaults(other.page)).toEqual([])
    // The browser itself notes the 401.
    expect(other.problems.filter((problem) => !problem.includes('401'))).toEqual([])
  })

  test('a session is created, its code is scanned, and it shows that it is connected', async () => {
    const { page } = tab
    await page.getByRole('button', { name: 'New session' }).click()
    const dialog = page.getByRole('dialog', { name: 'New session' })
    await dialog.getByLabel('Name').fill('Front desk')
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Front desk', level: 1 }).waitFor()
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    await page.getByText(/Valid for \d+ s/).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    sessionId = new URL(page.url()).hash.split('/').at(-1) ?? ''
    await scan(it, sessionId, OWN)
    await page.locator('header').getByText('Connected', { exact: true }).waitFor()
    await page.getByRole('definition').getByText(OWN).waitFor()
    const history = page.getByRole('region', { name: 'Status history' }).getByRole('listitem')
    expect((await history.allTextContents()).join()).toMatch(/Connected.*Waiting for a scan/)
  })

  test('a message comes in live, an answer goes out, and its states show up to "read"', async () => {
    const { page } = tab
    await page.getByRole('link', { name: 'Chats', exact: true }).click()
    await page.getByText('Nothing was said yet.').waitFor()
    await sends('Are you open?')
    await page.getByRole('link', { name: /Are you open\?/ }).click()
    const messages = page.getByRole('log', { name: 'Messages' })
    await messages.getByText('Are you open?').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('Until six.')
    await page.keyboard.press('Enter')
    const answer = messages.getByRole('listitem').filter({ hasText: 'Until six.' })
    await answer.getByRole('img', { name: 'Delivered' }).waitFor()
    const { messages: arrived } = await inbox(it, FRIEND)
    expect(arrived).toMatchObject([{ text: 'Until six.', copies: 1 }])
    await it.sandbox(`/phones/${FRIEND}/read`, { json: { ids: arrived.map(({ id }) => id) } })
    await answer.getByRole('img', { name: 'Read' }).waitFor()
    expect(await messages.getByText('Until six.').count()).toBe(1)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test('it shows who is typing', async () => {
    await toChats()
    await until('typing is shown', async () => {
      await it.sandbox(`/phones/${FRIEND}/typing`, { json: { to: OWN } })
      return tab.page.getByText('typing …').isVisible()
    })
    await sends('Done typing')
    await it.sandbox(`/phones/${FRIEND}/typing`, { json: { to: OWN, state: 'paused' } })
    await tab.page.getByText('typing …').waitFor({ state: 'hidden' })
  })

  test('what was not read yet is counted, and marked as read', async () => {
    await toChats()
    const { page } = tab
    await sends('One more thing')
    const entry = page.getByRole('link', { name: /One more thing/ })
    await entry.getByTitle('Unread').waitFor()
    await page.getByRole('button', { name: 'Mark as read' }).click()
    await entry.getByTitle('Unread').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Mark as read' }).waitFor({ state: 'hidden' })
  })

  test('what strangers write stays text', async () => {
    const messages = await toChats()
    await sends(EVIL)
    await messages.getByText(EVIL).waitFor()
    await tab.page.getByRole('region', { name: 'Chats', exact: true }).getByText(EVIL).waitFor()
    const contact = `/api/sessions/${sessionId}/contacts/${encodeURIComponent(FRIEND)}`
    await it.api(contact, { method: 'PUT', json: { name: EVIL } })
    await tab.page.getByRole('heading', { name: EVIL, level: 2 }).waitFor()
    await it.api(`/api/sessions/${sessionId}/settings`, {
      method: 'PUT',
      json: { name: EVIL, description: EVIL },
    })
    await tab.page.goto(`${it.origin}/#/sessions`)
    await tab.page.getByRole('link', { name: EVIL }).click()
    await tab.page.getByRole('heading', { name: EVIL, level: 1 }).waitFor()
    await tab.page.goto(`${it.origin}/#/sessions`)
    await tab.page.getByRole('link', { name: EVIL }).waitFor()
    expect(await tab.page.title()).toBe('Sessions · Linekeeper')
    expect(await tab.page.locator('img[src=x]').count()).toBe(0)
    await it.api(`/api/sessions/${sessionId}/settings`, {
      method: 'PUT',
      json: { name: 'Front desk', description: null },
    })
  })

  test('a picture goes out with its caption, and one that comes in is shown', async () => {
    const messages = await toChats()
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGPgztuKFTEMLQkALh9KAbuUlXoAAAAASUVORK5CYII=',
      'base64',
    )
    const file = { name: 'map.png', mimeType: 'image/png', buffer: picture }
    await tab.page.getByLabel('Attach a file').setInputFiles(file)
    await tab.page.getByRole('textbox', { name: 'Message' }).fill('How to find us')
    await tab.page.getByRole('button', { name: 'Send' }).click()
    await messages.getByText('How to find us').waitFor()
    await until('it arrives', async () =>
      (await inbox(it, FRIEND)).messages.some(({ type }) => type === 'image'),
    )
    const image = { data: picture.toString('base64'), mimetype: 'image/png', caption: 'Here?' }
    await it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, image } })
    const came = messages
      .getByRole('listitem')
      .filter({ hasText: 'Here?' })
      .getByRole('img', { name: 'Picture' })
    await came.waitFor()
    await until('it is drawn', () => came.evaluate((one) => (one as HTMLImageElement).naturalWidth === 8))
  })

  test('settings are changed', async () => {
    const { page } = tab
    await page.goto(`${it.origin}/#/sessions/${sessionId}/settings`)
    await page.getByLabel('Description').fill('Main line')
    await page.getByLabel('Connect again by itself').uncheck()
    await page.getByLabel('First pause between two attempts, in seconds').fill('7')
    await page.getByLabel('Ignore: Groups').check()
    await page.getByLabel('Senders see that a message was read').selectOption('Never')
    await page.getByLabel('Reject calls').check()
    await page.getByLabel('Answer to callers').fill('Please write')
    await page.getByLabel('Messages a minute').fill('600')
    await page.getByLabel('Addresses that may use it').fill('nonsense')
    await page.getByRole('button', { name: 'Save' }).click()
    await page
      .getByRole('alert')
      .getByText(/ipWhitelist/)
      .waitFor()
    await page.getByLabel('Addresses that may use it').fill('127.0.0.1, 10.0.0.0/8')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    const { body } = await it.api<{ session: Record<string, unknown> }>(`/api/sessions/${sessionId}`)
    expect(body.session).toMatchObject({
      description: 'Main line',
      settings: {
        autoReconnect: false,
        reconnectInterval: 7_000,
        ignore: { groups: true, status: false },
        readReceipts: 'never',
        autoRejectCalls: { enabled: true, reply: 'Please write' },
        pacing: { perMinute: 600 },
        ipWhitelist: ['127.0.0.1', '10.0.0.0/8'],
      },
    })
  })

  test('it is stopped and started, logged out and deleted, and asks first where nothing can be undone', async () => {
    const { page } = tab
    await page.goto(`${it.origin}/#/sessions/${sessionId}`)
    const is = (status: string) => page.locator('header').getByText(status, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await is('Stopped')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await is('Connected')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await is('Connected')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click()
    await is('Stopped')
    await page.getByRole('button', { name: 'Delete' }).click()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('There is no session yet.').waitFor()
    expect((await it.api(`/api/sessions/${sessionId}`)).status).toBe(404)
  })

  test('a phone is linked by a code that is typed', async () => {
    const { page } = tab
    await page.getByRole('button', { name: 'New session' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Second line')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Second line', level: 1 }).waitFor()
    await page.getByRole('img', { name: 'QR code to scan with WhatsApp' }).waitFor()
    await page.getByLabel('Number of the phone').fill('+49 151 555 00003')
    await page.getByRole('button', { name: 'Get a code' }).click()
    const code = await page.getByText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/).textContent()
    await it.sandbox('/phones/+4915155500003/pair', { json: { code } })
    await page.locator('header').getByText('Connected', { exact: true }).waitFor()
  })

  test('lists are filtered and paged', async () => {
    const { page } = tab
    for (let n = 1; n <= 21; n++) await it.api('/api/sessions', { json: { name: `Line ${n}` } })
    await page.goto(`${it.origin}/#/sessions`)
    await page.getByText('1 to 20 of 22').waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('21 to 22 of 22').waitFor()
    await page.getByLabel('Status').selectOption('Connected')
    await page.getByRole('link', { name: 'Second line' }).waitFor()
    await until('the others are gone', async () => (await page.getByRole('row').count()) === 2)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test('all of that asked nobody else, left no error, and put no secret into an address', async () => {
    expect(foreign(tab, it.origin)).toEqual([])
    expect(tab.problems.filter((problem) => !/status of (400|404|409)/.test(problem))).toEqual([])
    const secrets = [it.key, 'ticket', 'token']
    expect(
      tab.requests.filter((url) => secrets.some((secret) => new URL(url).search.includes(secret))),
    ).toEqual([])
    const kept = await tab.page.evaluate(() => [
      Object.values(sessionStorage),
      localStorage.length,
      document.cookie,
    ])
    expect(kept).toEqual([[it.key], 0, ''])
  })

  test('signing out forgets the token', async () => {
    await tab.page.getByRole('button', { name: 'Sign out' }).click()
    await tab.page.getByLabel('Token').waitFor()
    expect(await tab.page.evaluate(() => sessionStorage.length)).toBe(0)
    await tab.page.reload()
    await tab.page.getByLabel('Token').waitFor()
  })
})
