/**
 * A real browser for tests: Debian's Chromium, driven by playwright-core. Where there is none, tests that need it say so
 * and are skipped. A page notes every request and everything that goes wrong, so that a test can hold both to nothing.
 */
import { accessSync, constants } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const WITHIN_MS = 60_000

/** Where it is. */
export const chromiumPath: string | undefined = PLACES.find((path) => path && isExecutable(path))
if (!chromiumPath)
  process.stderr.write(
    'No Chromium: tests of the dashboard are skipped. `apt-get install chromium`, or set CHROMIUM.\n',
  )

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? '',
    // Tests run as root in containers, where its own sandbox cannot be set up.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })

export type Watched = {
  page: Page
  /** Errors on the console, exceptions of scripts, and violations of the policy. */
  problems: string[]
  /** Addresses that were asked for, sockets included. */
  requests: string[]
} & AsyncDisposable

/** A tab of its own, with nothing kept from another one. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(WITHIN_MS)
  const problems: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(`${error}`))
  page.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  return { page, problems, requests, [Symbol.asyncDispose]: () => context.close() }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
