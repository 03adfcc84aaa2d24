/** What keeps a line from sending, whatever is said: known before a reply is written, and without a call. */
import { Fault } from '../platform/fault.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import type { Channel } from './conversation.ts'

/** @param rest absent where no credentials are configured */
export const obstacleOf = ({ type }: Channel, rest: TwilioRest | undefined): Fault | undefined =>
  type === 'twilio' && !rest ? noCredentials() : undefined

export const noCredentials = (): Fault =>
  new Fault(
    'NOT_SUPPORTED',
    'Replies by Twilio need TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, which are not set.',
    {
      details: { action: 'Configure them, or reply from the Twilio console.' },
    },
  )
