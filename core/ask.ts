/**
 * Asking a session something while the caller waits: a command by SQS, an answer by a short-lived item. An answer that
 * does not come in time is a failure with a name; what was asked may still be done then.
 */
import {
  type Gives,
  REQUESTS,
  type RequestFailure,
  type RequestName,
  type Takes,
} from './contract/request.ts'
import type { Domain } from './domain.ts'
import { findOutcome } from './outcome.ts'
import { iso } from './platform/clock.ts'
import { Fault } from './platform/fault.ts'
import type { Session } from './session.ts'
import { sealing } from './settings.ts'

/** For everything that one call asks, in ms. API Gateway gives up after 30 s. */
const PATIENCE = 20_000
export const patienceFrom = (now: number): number => now + PATIENCE

export type Asking = Pick<Domain, 'store' | 'commands' | 'newEventId'> & {
  pause(milliseconds: number): Promise<unknown>
}

/**
 * @param deadline in ms; what there is no time left for is not asked
 * @throws Fault SESSION_NOT_CONNECTED, WHATSAPP_TIMEOUT, WHATSAPP_REFUSED, DEPENDENCY_UNAVAILABLE
 */
export async function ask<N extends RequestName>(
  { store, commands, newEventId, pause }: Asking,
  { id: sessionId, accountId, shard, settings }: Pick<Session, 'id' | 'accountId' | 'shard' | 'settings'>,
  name: N,
  input: Takes<N>,
  deadline = patienceFrom(store.now()),
): Promise<Gives<N>> {
  if (store.now() >= deadline) throw faultOf({ code: 'timeout' })
  const requestId = newEventId()
  await commands.send(
    { accountId, sessionId, shard, ...sealing(settings) },
    { type: 'session.request', requestId, name, input, until: iso(deadline) },
    requestId,
  )
  for (let step = 15; store.now() < deadline; step = Math.min(step * 1.5, 400)) {
    await pause(Math.min(step, deadline - store.now()))
    const outcome = await findOutcome(store, requestId)
    if (!outcome) continue
    if ('failure' in outcome) throw faultOf(outcome.failure)
    return REQUESTS[name].gives.parse(outcome.answer) as Gives<N>
  }
  throw faultOf({ code: 'timeout' })
}

function faultOf({ code, whatsapp }: RequestFailure): Fault {
  const details = { ...(whatsapp === undefined ? {} : { whatsapp }), reason: code }
  switch (code) {
    case 'not_stopped':
      return notStopped()
    case 'not_linked':
      return new Fault('SESSION_NOT_LINKED', 'The session is not linked to a phone.', { details })
    case 'not_connected':
    case 'not_pairing':
      return new Fault('SESSION_NOT_CONNECTED', 'Session is not connected', {
        details: { ...details, action: 'Please wait until the session is connected, or start it' },
      })
    case 'timeout':
    case 'unknown':
      return new Fault('WHATSAPP_TIMEOUT', 'WhatsApp did not answer in time. It may be done all the same.', {
        details,
      })
    case 'refused':
      return new Fault(whatsapp === 404 ? 'NOT_FOUND' : 'WHATSAPP_REFUSED', sentenceOn(whatsapp), { details })
    case 'invalid':
    case 'failed':
      return new Fault('WHATSAPP_REFUSED', 'WhatsApp could not be asked that.', { details })
  }
}

/** Two programs that go on from the same keys make each other’s messages unreadable. */
export const notStopped = () =>
  new Fault('SESSION_NOT_STOPPED', 'The session has to be stopped first.', {
    details: {
      action: 'Stop the session, and do not start it while another program goes on with the device',
    },
  })

function sentenceOn(whatsapp: number | undefined): string {
  if (whatsapp === 404) return 'WhatsApp knows nothing of that name.'
  if (whatsapp === 401 || whatsapp === 403) return 'WhatsApp does not allow that to this number.'
  if (whatsapp === 429) return 'WhatsApp says that this was asked too often. Please try again later.'
  return 'WhatsApp has refused that.'
}
