/**
 * Calls that WhatsApp itself answers, in one form: they belong to a session that has to be connected, ask it one or more
 * things, and answer with what came back. What they may fail with is the same for all of them.
 */
import type { Context } from 'hono'
import * as z from 'zod'
import { ask, patienceFrom } from '#core/ask.ts'
import { canonicalChatId, canonicalPersonId } from '#core/contacts/canonical.ts'
import type { Gives, RequestName, Takes } from '#core/contract/request.ts'
import { isChannel } from '#core/jid.ts'
import { Fault } from '#core/platform/fault.ts'
import type { Session, Status } from '#core/session.ts'
import { notConnected } from '#core/sessions/not-connected.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { shown } from '../sessions/view.ts'

/** What a call works with. */
export type Asking = {
  deps: Deps
  session: Session
  /** All questions of a call share its patience. @throws Fault SESSION_NOT_CONNECTED, WHATSAPP_TIMEOUT, WHATSAPP_REFUSED, NOT_FOUND */
  ask<N extends RequestName>(name: N, input: Takes<N>): Promise<Gives<N>>
  /** The one chat that is meant, whichever id of a person the caller writes. @throws Fault INVALID_RECIPIENT */
  chatOf(text: string): Promise<string>
  /** The same, of a person. @throws Fault INVALID_RECIPIENT */
  personOf(text: string): Promise<string>
  /** @throws Fault INVALID_RECIPIENT */
  peopleOf(texts: string[]): Promise<string[]>
}

export type Call<
  P extends z.ZodRawShape,
  Q extends z.ZodRawShape,
  B extends z.ZodType,
  G extends z.ZodRawShape,
> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Behind `/api/sessions/{sessionId}`. */
  path: string
  tag: string
  summary: string
  description?: string
  params?: P
  query?: Q
  body?: B
  example?: z.input<B>
  gives: G
  /** The status that the session has to be in; `connected` unless something else is said. */
  needs?: Status
  run(
    asking: Asking,
    given: { params: z.output<z.ZodObject<P>>; query: z.output<z.ZodObject<Q>>; body: z.output<B> },
  ): Promise<z.input<z.ZodObject<G>>>
}

/** A part of the API with this one call in it. */
export const call =
  <
    G extends z.ZodRawShape,
    P extends z.ZodRawShape = Record<never, never>,
    Q extends z.ZodRawShape = Record<never, never>,
    B extends z.ZodType = z.ZodUndefined,
  >(
    spec: Call<P, Q, B, G>,
  ) =>
  (deps: Deps) => {
    const { method, path, tag, summary, description, needs = 'connected' } = spec
    const route = createRoute({
      method,
      path: `/api/sessions/{sessionId}${path}`,
      tags: [tag],
      summary,
      ...(description ? { description } : {}),
      security: SECURED,
      request: {
        params: sessionParam.params.extend(spec.params ?? {}),
        query: z.object(spec.query ?? {}),
        ...(spec.body ? { body: body(spec.body, spec.example) } : {}),
      },
      responses: {
        200: answer(summary, spec.gives),
        ...faults(
          'VALIDATION_ERROR',
          'INVALID_RECIPIENT',
          'USERNAME_UNKNOWN',
          'SESSION_NOT_CONNECTED',
          ...(needs === 'connected' ? [] : ['SESSION_ALREADY_CONNECTED' as const]),
          'AUTH_EXPIRED',
          'UNAUTHORIZED',
          'SESSION_NOT_FOUND',
          'NOT_FOUND',
          'WHATSAPP_REFUSED',
          'WHATSAPP_TIMEOUT',
        ),
      },
    })
    const handler = async (c: Context<ApiEnv>) => {
      const session = theSession(c)
      await assertIs(deps, session, needs)
      const valid = (target: string) => c.req.valid(target as never) as never
      const given = { params: valid('param'), query: valid('query'), body: valid('json') }
      const deadline = patienceFrom(deps.store.now())
      const personOf = (text: string) => canonicalPersonId(deps.store, session.id, text)
      const asking: Asking = {
        deps,
        session,
        ask: (name, input) => ask(deps, session, name, input, deadline),
        chatOf: async (text) => conversation(await canonicalChatId(deps.store, session.id, text)),
        personOf,
        peopleOf: (texts) =>
          Promise.all(texts.map((text, index) => personOf(text).catch((error) => refuse(error, index)))),
      }
      return c.json({ success: true as const, ...(await spec.run(asking, given)) }, 200)
    }
    return new OpenAPIHono<ApiEnv>().openapi({ ...route, middleware: access(deps) }, handler as never)
  }

/** Of several people, which one it is, counted from 0. */
function refuse(error: unknown, index: number): never {
  if (!(error instanceof Fault)) throw error
  throw new Fault(error.code, error.message, { details: { ...error.details, index }, cause: error })
}

async function assertIs(deps: Deps, session: Session, needed: Status): Promise<void> {
  const now = await shown(deps, session)
  if (now.status === needed) return
  throw notConnected(now)
}

function conversation(chatId: string): string {
  if (!isChannel(chatId)) return chatId
  throw new Fault('INVALID_RECIPIENT', 'A channel is no chat. There are calls of its own at …/channels.')
}
