/** The dashboard in a real browser over a whole system: what a person does there, in words. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openPage, type Watched } from '../../support/browser.ts'
import type { Stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'

/** A tab in which somebody is signed in. */
export async function signedIn(
  browser: Browser,
  stack: Pick<Stack, 'origin' | 'key'>,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const watched = await openPage(browser, options)
  await watched.page.goto(stack.origin)
  await signIn(watched.page, stack.key)
  await watched.page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor()
  return watched
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** What the page asked of anybody else than the system that it came from. */
export const foreign = ({ requests }: Watched, origin: string): string[] =>
  requests.filter((url) => !url.startsWith('data:') && new URL(url).host !== new URL(origin).host)

/** Scans what the page shows with a simulated phone, once more when the code was replaced meanwhile. */
export async function scan(
  stack: Pick<Stack, 'api' | 'sandbox'>,
  sessionId: string,
  number: string,
): Promise<void> {
  let scanned: string | undefined
  await until(`${number} has scanned`, async () => {
    const { body } = await stack.api<{ status: string }>(`/api/sessions/${sessionId}/status`)
    if (body.status === 'connected') return true
    const qr = await stack.api<{ qrText: string }>(`/api/sessions/${sessionId}/qr`)
    if (qr.status !== 200 || qr.body.qrText === scanned) return false
    scanned = qr.body.qrText
    await stack.sandbox(`/phones/${number}/scan`, { json: { qr: scanned } })
    return false
  })
}
