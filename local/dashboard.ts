/**
 * The dashboard on one machine: built in memory when the system starts, and served at `/` beside the API. Its policy lets
 * it load files of ours and talk to this machine, and nothing else.
 */
import { buildDashboard, type File } from '../dashboard/build.ts'
import { contentPolicy, PAGE_HEADERS } from '../dashboard/policy.ts'

const PAGE = 'index.html'
const METHODS = ['GET', 'HEAD']

export type Dashboard = { answer(request: Request): Response | undefined }

/** @param origins under which the page may be opened, of this machine and of a proxy before it */
export async function openDashboard(origins: string[]): Promise<Dashboard> {
  const files = new Map((await buildDashboard()).map((file) => [`/${file.name}`, file]))
  const page = files.get(`/${PAGE}`)
  if (page) files.set('/', page)
  const sockets = origins.map((origin) => origin.replace(/^http/, 'ws'))
  const headers = { ...PAGE_HEADERS, 'Content-Security-Policy': contentPolicy({ connect: sockets }) }
  return {
    answer({ url, method }) {
      const file = METHODS.includes(method) ? files.get(new URL(url).pathname) : undefined
      return file && answerOf(file, method, headers)
    },
  }
}

const answerOf = ({ type, content }: File, method: string, headers: Record<string, string>): Response =>
  new Response(method === 'HEAD' ? null : new Uint8Array(content), {
    headers: { ...headers, 'Content-Type': type, 'Cache-Control': 'no-cache' },
  })
