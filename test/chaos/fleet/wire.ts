/**
 * A wire between two programs that can be cut: `silent` as networks fail (nothing comes through any more, nobody is
 * told, what was under way arrives when it is mended), `torn` as programs die (connections end, new ones are refused).
 */
import { connect, createServer, type Socket } from 'node:net'

export type Cut = 'silent' | 'torn'
export type Wire = {
  /** `host:port` at this end. */
  host: string
  cut(how: Cut): void
  mend(): void
} & AsyncDisposable

/** @param to `host:port` of the other end */
export async function wire(to: string): Promise<Wire> {
  const [hostname = '', port] = to.split(':')
  const ends = new Set<Socket>()
  let state: 'whole' | Cut = 'whole'

  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (state === 'torn') return near.destroy()
    const far = connect(Number(port), hostname)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end)
      end.on('data', (chunk) => {
        if (!other.write(chunk)) end.pause()
      })
      end.on('drain', () => state === 'whole' && other.resume())
      end.on('error', () => undefined)
      end.on('end', () => other.end())
      end.on('close', () => {
        ends.delete(end)
        other.destroy()
      })
      if (state === 'silent') end.pause()
    }
    if (state === 'whole') near.resume()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('the wire has no port')

  const tear = () => {
    for (const end of ends) end.destroy()
  }
  return {
    host: `127.0.0.1:${address.port}`,
    cut(how) {
      state = how
      if (how === 'torn') return tear()
      for (const end of ends) end.pause()
    },
    mend() {
      state = 'whole'
      for (const end of ends) end.resume()
    },
    async [Symbol.asyncDispose]() {
      state = 'torn'
      tear()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
