/** Function calls between the processes of a bench, as JSON over HTTP on loopback. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ask, readJson } from './http.ts'

/** What a process offers: each method takes one value and answers one, both plain JSON. */
export type Methods = Record<string, (argument: never) => unknown>

export type Remote<M extends Methods> = {
  [K in keyof M]: (...argument: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>
}

/** Offers `methods` on a free port, tells the parent its URL by IPC, and ends when the parent does. */
export async function serve(methods: Methods): Promise<void> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const method = methods[incoming.url?.slice(1) ?? '']
      if (!method) throw new Error(`no method ${incoming.url}`)
      const answer = await method((await readJson(incoming)) as never)
      outgoing.end(JSON.stringify({ answer }))
    } catch (error) {
      outgoing.end(JSON.stringify({ error: error instanceof Error ? error.stack : String(error) }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const reason of ['disconnect', 'SIGTERM']) process.once(reason, () => process.exit(0))
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}` })
}

/** The methods of the process that listens at `url`. A method that throws there rejects here, with the same text. */
export const remote = <M extends Methods>(url: string): Remote<M> =>
  new Proxy({} as Remote<M>, {
    get: (_, name) =>
      name === 'then' ? undefined : (argument?: unknown) => call(url, String(name), argument),
  })

async function call(url: string, method: string, argument: unknown): Promise<unknown> {
  const { body } = await ask('POST', `${url}/${method}`, argument ?? null)
  const { answer, error } = body as { answer?: unknown; error?: string }
  if (error) throw new Error(`${method}: ${error}`)
  return answer
}
