/** Calls that come in. */
import * as z from 'zod'
import { done } from './parameters.ts'
import { call } from './route.ts'

const reject = call({
  method: 'post',
  path: '/calls/{callId}/reject',
  tag: 'Calls',
  summary: 'Reject a call',
  description: 'While it rings: see the event `call.received`.',
  params: { callId: z.string().min(1).max(128) },
  body: z
    .strictObject({ from: z.string().max(100).meta({ description: 'Who calls' }) })
    .meta({ id: 'RejectedCall' }),
  example: { from: '+4915123456789' },
  gives: done,
  run: async ({ ask, personOf }, { params, body }) =>
    ask('call.reject', { callId: params.callId, from: await personOf(body.from) }),
})

export const callCalls = [reject]
