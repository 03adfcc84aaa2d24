/** The API on Lambda, behind API Gateway (HTTP API) or a function URL. */
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { api } from './app.ts'
import { depsFromEnv } from './deps.ts'

const serve = handle(api(depsFromEnv(process.env)))

type Event = Extract<LambdaEvent, { rawPath: string }>

/** A named stage is part of the path that API Gateway tells; ours begin behind it. */
function withoutStage(event: Event): Event {
  const prefix = `/${event.requestContext.stage}`
  if (event.rawPath !== prefix && !event.rawPath.startsWith(`${prefix}/`)) return event
  return { ...event, rawPath: event.rawPath.slice(prefix.length) || '/' }
}

export const handler = (event: Event, context: LambdaContext) => serve(withoutStage(event), context)
