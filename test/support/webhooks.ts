/**
 * Webhooks over a real DynamoDB and real HTTP, with a clock that the test moves and a queue that it looks into: jobs are
 * done when they are due, a sweep runs each minute, as it does in a deployment.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '#core/contract/event.ts'
import { append } from '#core/log.ts'
import { openLinks } from '#core/media/link.ts'
import type { Key } from '#core/platform/dynamo.ts'
import { openOutbound } from '#core/platform/outbound.ts'
import type { Desk } from '#core/webhook/desk.ts'
import { drain } from '#core/webhook/drain.ts'
import { type Endpoint, endpointKey } from '#core/webhook/endpoint.ts'
import { fanOut } from '#core/webhook/fan-out.ts'
import type { Stream } from '#core/webhook/job.ts'
import { type Choices, create, living, type Owner } from '#core/webhook/manage.ts'
import { openShared } from '#core/webhook/shared.ts'
import { wakeDue } from '#core/webhook/sweep.ts'
import { openVault } from '#core/webhook/vault.ts'
import { testDomain } from './domain.ts'

export type Request = {
  headers: Record<string, string>
  text: string
  body: { id: string; event: string; payload: Record<string, unknown> } & Record<string, unknown>
  /** What was answered, once it was. */
  status?: number
}
/** Answers one request; the body is read already. */
export type Behaviour = (response: ServerResponse, request: Request, incoming: IncomingMessage) => unknown
export type Receiver = Awaited<ReturnType<typeof receiver>>

/** Somebody's server, on the loopback address. It answers 204 until it is told otherwise. */
export async function receiver(behaves: Behaviour = (response) => response.writeHead(204).end()) {
  const requests: Request[] = []
  const its = { behaves }
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const request: Request = {
        headers: incoming.headers as Record<string, string>,
        text,
        body: JSON.parse(text),
      }
      response.once('finish', () => {
        request.status = response.statusCode
      })
      requests.push(request)
      its.behaves(response, request, incoming)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    /** Ids of events in the order in which they came for the first time. */
    get ids() {
      return [...new Set(requests.map(({ body }) => body.id))]
    },
    behave(next: Behaviour) {
      its.behaves = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type WebhookWorld = Awaited<ReturnType<typeof webhookWorld>>

const MINUTE = 60_000

/** @param options.timeLimit of a request, in real ms */
export async function webhookWorld(options: { timeLimit?: number } = {}) {
  const domain = await testDomain()
  const { store, retention, clock } = domain
  const jobs: { at: number; key: Key }[] = []
  const streams: Stream[] = []
  const noted = new Map<string, number>()
  const outbound = openOutbound({ reach: 'loopback', timeLimit: options.timeLimit ?? 5_000 })
  let sweepAt = clock.now + MINUTE
  const drains = { count: 0 }
  const desk: Desk = {
    store,
    retention,
    outbound,
    vault: openVault(['11'.repeat(32)]),
    shared: openShared(store, openLinks(store, 'http://127.0.0.1:3000')),
    log: domain.log,
    newEventId: domain.newEventId,
    random: () => 0,
    leaseMs: 60_000,
    wake: async (key, afterMs = 0) => void jobs.push({ at: clock.now + afterMs, key }),
    tell: async (stream) => void streams.push(stream),
  }
  const wake = (key: Key) => desk.wake(key)

  /** What is due by the present clock. */
  const run = async () => {
    for (;;) {
      for (const stream of streams.splice(0))
        await fanOut({ store, wake, noted }, [{ v: 1, streams: [stream], volatile: [] }])
      jobs.sort((one, other) => one.at - other.at)
      const due = jobs.findIndex(({ at }) => at > clock.now)
      const batch = jobs.splice(0, due < 0 ? jobs.length : due)
      if (batch.length === 0) return
      drains.count += batch.length
      await Promise.all(batch.map(({ key }) => drain(desk, key)))
    }
  }

  return {
    ...domain,
    desk,
    jobs,
    drains,
    run,
    noted,
    wake,
    endpoint: async (owner: Owner, choices: Partial<Choices> & { url: string }): Promise<Endpoint> =>
      (await create(desk, owner, { events: ['*'], active: true, headers: [], ...choices })).endpoint,
    seen: (endpoint: Endpoint): Promise<Endpoint> => living(store, endpoint),
    drain: (endpoint: Endpoint) => drain(desk, endpointKey(endpoint)),
    /** Stores events, tells of them, and does what is due then. */
    async happen(...events: Event[]): Promise<void> {
      await append(store, retention, events)
      await this.tell(...events)
      await run()
    },
    tell: (...events: Event[]) =>
      fanOut({ store, wake, noted }, [
        {
          v: 1,
          volatile: [],
          streams: events.map(({ accountId, sessionId, type }) => ({
            accountId,
            stream: sessionId,
            types: [type],
          })),
        },
      ]),
    /** Lets so much time go by, and everything happen in it that is due. */
    async pass(ms: number): Promise<void> {
      const end = clock.now + ms
      await run()
      while (clock.now < end) {
        const next = Math.min(end, sweepAt, ...jobs.map(({ at }) => at))
        clock.now = Math.max(clock.now, next)
        if (clock.now >= sweepAt) {
          await wakeDue({ store, wake })
          sweepAt = clock.now + MINUTE
        }
        await run()
      }
    },
    async [Symbol.asyncDispose]() {
      outbound.close()
      await domain.close()
    },
  }
}
