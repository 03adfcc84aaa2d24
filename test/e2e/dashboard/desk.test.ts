import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, type Watched } from '../../support/browser.ts'
import { inbox, type Line, linkLine } from '../../support/line.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { receiver } from '../../support/webhooks.ts'
import { accessibilityFaults } from './accessibility.ts'
import { foreign, signedIn } from './person.ts'

const OWN = '+4915155500011'
const FRIEND = '+4915155500012'

describe.skipIf(!chromiumPath)('the dashboard: conversations, webhooks and connectors', () => {
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
  const go = (...route: string[]) => tab.page.goto(`${it.origin}/#/${route.join('/')}`)
  const sends = (text: string) => it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text } })

  test('a conversation shows what was said and ordered, is answered live, and completed', async () => {
    const { page } = tab
    const settings = { orders: { sessions: true } }
    await it.api('/api/conversations/settings', { method: 'PUT', json: settings })
    await sends('I need 5 units of Product A')
    await go('conversations')
    const row = page.getByRole('row').filter({ hasText: '5 × Product A' })
    await row.waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await row.getByRole('link').click()
    await page
      .getByRole('region', { name: 'Order' })
      .getByRole('row', { name: /Product A 5/ })
      .waitFor()
    const messages = page.getByRole('region', { name: 'Messages' })
    await messages.getByText('I need 5 units of Product A').waitFor()
    await sends('And 2 kg of sugar')
    await messages.getByText('And 2 kg of sugar').waitFor()
    await page.getByRole('region', { name: 'Order' }).getByText('sugar').waitFor()
    await page.getByRole('textbox', { name: 'Reply' }).fill('It is on its way.')
    await page.getByRole('button', { name: 'Send' }).click()
    await messages.getByText('It is on its way.').waitFor()
    await until('it arrives', async () =>
      (await inbox(it, FRIEND)).messages.some(({ text }) => text === 'It is on its way.'),
    )
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Complete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click()
    await page.getByText('completed', { exact: true }).waitFor()
    await go('conversations')
    await page.getByText('There are none.').waitFor()
    await page.getByRole('button', { name: 'Completed' }).click()
    await row.waitFor()
  })

  test('figures are charts, and tables for whoever cannot see them', async () => {
    const { page } = tab
    await page.getByRole('link', { name: 'Figures' }).click()
    await page.getByRole('img', { name: 'Messages by day' }).waitFor()
    const orders = page.getByRole('region', { name: 'Orders', exact: true })
    expect(await orders.getByRole('definition').allTextContents()).toEqual(['1', '1', '100 %'])
    const bars = page.getByRole('img', { name: 'Messages by day' }).locator('rect')
    expect(await bars.count()).toBe(60)
    await page.getByRole('button', { name: '7 days' }).click()
    await until('seven days', async () => (await bars.count()) === 14)
    await page.getByRole('region', { name: 'Messages by day' }).getByText('As a table').click()
    const table = page.getByRole('table', { name: 'Messages by day' })
    // Of several days: one of them may have ended meanwhile.
    const all = async (series: string) => {
      const cells = await table.locator(`td[data-label=${series}]`).allTextContents()
      return cells.reduce((sum, cell) => sum + Number(cell), 0)
    }
    await until(
      'two came and one went',
      async () => (await all('Received')) === 2 && (await all('Sent')) === 1,
    )
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test('a webhook is created, tried, watched, and told once more', async () => {
    await using hook = await receiver()
    const { page } = tab
    await go('webhooks')
    await page.getByLabel('Of', { exact: true }).selectOption(`Line ${OWN}`)
    await page.getByText('There is none.').waitFor()
    await page.getByRole('button', { name: 'New webhook' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Address').fill('ftp://example.org')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/must be an http or https URL/)
      .waitFor()
    await dialog.getByLabel('Address').fill(hook.url)
    await dialog.getByLabel('Events').fill('message.received, session.*')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByText(/^whsec_/).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('link', { name: hook.url }).click()
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText(/It answered 204 in \d+ ms\./).waitFor()
    expect(hook.requests.map(({ body }) => body.event)).toEqual(['webhook.test'])
    await sends('For the webhook')
    await until('the webhook is told', () => hook.requests.length === 2)
    await page.reload()
    const row = page.getByRole('row').filter({ hasText: 'message.received' })
    await row.getByText('delivered').waitFor()
    await row.getByText('1 attempt').click()
    expect(await accessibilityFaults(page)).toEqual([])
    await row.getByRole('button', { name: 'Resend message.received' }).click()
    await until('it is told once more', () => hook.requests.length === 3)
    expect(hook.requests[2]?.body.id).toBe(hook.requests[1]?.body.id)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('active', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('There is none.').waitFor()
  })

  test('the fleet is shown: shards, sessions, load, heartbeats, handovers', async () => {
    const { page } = tab
    await go('connectors')
    await page.getByRole('heading', { name: /^1 alive, \d+ shards$/ }).waitFor()
    const row = page.getByRole('row', { name: /local-1 alive/ })
    await row.waitFor()
    expect(await row.textContent()).toMatch(/alive1(0, )?.*MB.*ago/)
    expect(await accessibilityFaults(page)).toEqual([])
    await it.kill('connector-1')
    await page.getByRole('row', { name: /local-1 alive/ }).waitFor()
    await until(
      'the restart shows',
      async () => {
        await page.getByRole('button', { name: 'Refresh' }).click()
        return page.getByRole('table', { name: 'Handovers' }).getByText('restart').first().isVisible()
      },
      { withinMs: 60_000, everyMs: 500 },
    )
  })

  test('everything can be reached and done with a keyboard', async () => {
    await using other = await signedIn(browser, it)
    const { page } = other
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
    const tabTo = (name: string) =>
      until(`the focus is on ${name}`, async () => {
        if ((await focused()) === name) return true
        await page.keyboard.press('Tab')
        return false
      })
    expect(await focused()).toBe('Sessions')
    await page.keyboard.press('Tab')
    await tabTo('Skip to content')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('Sessions')
    await tabTo('New session')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('By keyboard')
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab')
      const isInside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      )
      expect(isInside).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await focused()).toBe('New session')
    await tabTo(`Line ${OWN}`)
    await page.keyboard.press('Enter')
    await until('the page is announced', async () => (await focused()) === `Line ${OWN}`)
    await tabTo('Chats')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: /For the webhook/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Message' }).focus()
    await page.keyboard.type('Typed')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Typed').waitFor()
    await tabTo('Sign out')
    await page.keyboard.press('Enter')
    await page.getByLabel('Token').waitFor()
  })

  test('a dialog that is gone has given the focus back already, not a frame later', async () => {
    await using other = await signedIn(browser, it)
    const { page } = other
    await page.getByRole('button', { name: 'New session' }).click()
    await page.getByRole('dialog').waitFor()
    await page.evaluate(() => {
      const removals = new MutationObserver(() => {
        if (!document.querySelector('dialog'))
          document.body.dataset.focused ??= document.activeElement?.textContent ?? ''
      })
      removals.observe(document.body, { childList: true, subtree: true })
    })
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.body.dataset.focused)).toBe('New session')
  })

  test.each([
    ['dark', { colorScheme: 'dark' as const }],
    ['narrow', { viewport: { width: 360, height: 700 } }],
    ['half as wide', { viewport: { width: 840, height: 700 } }],
  ])('every page is readable when it is %s', async (_, options) => {
    await using other = await signedIn(browser, it, options)
    const { page } = other
    const heading = (name: string) => page.getByRole('heading', { name, level: 1, exact: true })
    const session = `sessions/${line.sessionId}`
    const places: [string, Locator][] = [
      ['sessions', heading('Sessions')],
      ['conversations', heading('Conversations')],
      ['conversations/figures', heading('Conversations in figures')],
      ['webhooks', heading('Webhooks')],
      ['connectors', heading('Connectors')],
      [session, page.getByRole('region', { name: 'Status history' })],
      [`${session}/settings`, page.getByLabel('Description')],
      [`${session}/chats/${encodeURIComponent(FRIEND)}`, page.getByRole('log', { name: 'Messages' })],
    ]
    for (const [place, sign] of places) {
      await page.goto(`${it.origin}/#/${place}`)
      await sign.waitFor()
      await page.getByText('Loading …').first().waitFor({ state: 'hidden' })
      expect(await accessibilityFaults(page), place).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow, place).toBeLessThanOrEqual(0)
    }
    expect(other.problems).toEqual([])
  })

  test('all of that asked nobody else and left no error', () => {
    expect(foreign(tab, it.origin)).toEqual([])
    expect(tab.problems.filter((problem) => !/status of 400/.test(problem))).toEqual([])
  })
})
