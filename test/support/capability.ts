/**
 * The whole way for one line: the real API, a real connector with real Baileys, and simulated phones on the other side.
 * A capability is a test that names the call it proves; it fails when that call was never made, so that the table of
 * capabilities (docs/capabilities.md) cannot claim what is not tested.
 */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import { contentKey } from '#core/platform/concealed.ts'
import { webhookKey } from '#core/webhook/vault.ts'
import { api } from '../../functions/api/app.ts'
import { depsFromEnv } from '../../functions/api/deps.ts'
import { connectorWorld } from './connector.ts'
import { until } from './until.ts'

export type Json = Record<string, unknown>
export type Answer<T = Json> = { status: number; body: T }
/** A message as the API shows it, as far as tests look at it. */
export type Shown = Json & { id: string; type: string; status: string; chatId: string; text?: string }
export type CapabilityWorld = Awaited<ReturnType<typeof capabilityWorld>>

/** The calls that were made, as `POST /api/messages {poll}`: method, path, and the fields of the body. */
let calls: { method: string; path: string; fields: string[] }[] = []

/**
 * @param call the call that it is about: method, path with `{…}` for what varies, and after it, in braces, the field of
 * the body that makes the difference; several ones are separated by ` · `
 * @param needs a program without which it is skipped
 */
export function capability(name: string, call: string, run: () => Promise<void>, needs?: 'ffmpeg'): void {
  test.skipIf(needs && !isInstalled(needs))(`${name} | ${call}`, async () => {
    calls = []
    await run()
    for (const one of call.split(' · '))
      expect(calls.map(shown), `${one} was never called`).toSatisfy(claims(one))
  })
}

const isInstalled = (program: string): boolean => spawnSync(program, ['-version']).status === 0

const CALL = /^(GET|POST|PUT|PATCH|DELETE) (\S+)(?: \{(\w+)\})?$/
const claims = (call: string) => () => {
  const [, method, path = '', field] = CALL.exec(call) ?? []
  const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)
  return calls.some(
    (made) => made.method === method && pattern.test(made.path) && (!field || made.fields.includes(field)),
  )
}
const shown = ({ method, path, fields }: (typeof calls)[number]): string =>
  `${method} ${path} {${fields.join(', ')}}`

export async function capabilityWorld(options: Parameters<typeof connectorWorld>[0] = {}) {
  const world = await connectorWorld(options)
  const deps = depsFromEnv({
    ...world.environment,
    PUBLIC_ORIGIN: 'http://127.0.0.1:3000',
    LOG_LEVEL: 'silent',
    MEDIA_REACH: 'loopback',
    WEBHOOK_KEY: webhookKey(world.environment.MASTER_KEY),
    CONTENT_KEY: contentKey(world.environment.MASTER_KEY),
    WEBHOOKS_QUEUE_URL: 'http://127.0.0.1:1/webhooks',
    DELIVERIES_QUEUE_URL: 'http://127.0.0.1:1/deliveries',
  })
  const app = api(deps)

  const call = async <T = Json>(method: string, path: string, body?: Json | FormData): Promise<Answer<T>> => {
    const isForm = body instanceof FormData
    const bare = path.split('?')[0] ?? path
    calls.push({
      method,
      path: decodeURIComponent(bare),
      fields: isForm ? [...body.keys()] : Object.keys(body ?? {}),
    })
    const answer = await app.request(path, {
      method,
      headers: {
        authorization: 'Bearer token-acme',
        ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    })
    const isJson = answer.headers.get('content-type')?.includes('json')
    return { status: answer.status, body: (isJson ? await answer.json() : {}) as T }
  }

  return {
    ...world,
    app,
    deps,
    call,

    /** Leaves a file here, as its bare content. */
    async upload(
      sessionId: string,
      content: ConstructorParameters<typeof Response>[0],
      mimetype: string,
      fileName: string,
    ) {
      const path = `/api/sessions/${sessionId}/media`
      calls.push({ method: 'POST', path, fields: [] })
      const answer = await app.request(`${path}?fileName=${fileName}`, {
        method: 'POST',
        headers: { authorization: 'Bearer token-acme', 'content-type': mimetype },
        body: content,
        duplex: 'half',
      } as RequestInit)
      if (answer.status !== 201) throw new Error(`not uploaded: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as { media: Media & { url: string } }
    },

    /** Sends and waits until WhatsApp's server has it. @throws Error when it was not taken */
    async sends(sessionId: string, message: Json): Promise<Shown> {
      const { status, body } = await call<{ message: Shown }>(
        'POST',
        '/api/messages?wait=server&timeout=25000',
        {
          sessionId,
          ...message,
        },
      )
      if (status !== 202 || !['server', 'delivered', 'read'].includes(body.message.status))
        throw new Error(`not sent: ${status} ${JSON.stringify(body)}`)
      return body.message
    },

    /** What this phone shows under an id. */
    atPhone: (number: string, id: string) =>
      until(`message ${id} at ${number}`, async () =>
        (await world.phones.inbox(number)).messages.find((entry) => entry.id === id),
      ),

    /** The first event of a session that fits. */
    event: <T extends Event['type']>(
      sessionId: string,
      type: T,
      fits: (payload: Extract<Event, { type: T }>['payload']) => boolean = () => true,
    ) =>
      until(`the event ${type}`, async () =>
        (await world.events(sessionId)).find(
          (event): event is Extract<Event, { type: T }> =>
            event.type === type && fits(event.payload as never),
        ),
      ),

    /** A received message, by its id, as the event log tells it. */
    async received(sessionId: string, id: string) {
      const { payload } = await this.event(sessionId, 'message.received', ({ message }) => message.id === id)
      return payload.message
    },

    /** A message as the API shows it. */
    async shown(sessionId: string, id: string): Promise<Shown> {
      const { body } = await call<{ message: Shown }>('GET', `/api/messages/${id}?sessionId=${sessionId}`)
      return body.message
    },

    close: world.close,
    [Symbol.asyncDispose]: world.close,
  }
}

/**
 * For all tests of a file: a world with one connector, and a line of this phone in it.
 * @param begin what is to be there before the first test
 */
export function oneLine(
  phone: string,
  begin: (world: CapabilityWorld, sessionId: string) => void | Promise<void>,
): void {
  let world: CapabilityWorld | undefined
  beforeAll(async () => {
    world = await capabilityWorld()
    await world.connector()
    await begin(world, (await world.line(phone)).id)
  })
  afterAll(() => world?.close())
}

export const jidOf = (number: string): string => `${number}@s.whatsapp.net`
