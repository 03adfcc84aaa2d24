/** The webhook of Twilio as a Lambda function behind API Gateway. */
import { handle } from 'hono/aws-lambda'
import { hookFromEnv } from './deps.ts'
import { twilioHook } from './twilio.ts'

export const handler = handle(twilioHook(hookFromEnv(process.env)))
