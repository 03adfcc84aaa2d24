/** The OpenAPI 3.1 document, made from the routes themselves when somebody asks for it. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'

const DESCRIPTION = `Linekeeper keeps WhatsApp lines open. A *session* is one linked WhatsApp device: create it, start
it, scan its QR code, and send and receive through it.

Every answer has \`success\`. Errors are \`{success: false, error, code, status, details?}\`: the sentence in \`error\` can
be shown, \`code\` can be relied on, and \`details.action\` says what to do where something can be done. Times are ISO 8601
in UTC, phone numbers E.164 with a plus. Lists take \`limit\` and \`cursor\`; \`nextCursor\` is null on the last page. Every
answer carries an \`X-Request-Id\`.`

const TAGS = ['Sessions', 'Messages', 'Chats', 'Conversations', 'Conversation sessions', 'Events', 'Service']

export function serveDocument(app: OpenAPIHono<ApiEnv>, { config }: Pick<Deps, 'config'>): void {
  const { openAPIRegistry } = app
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
  })

  app.get('/openapi.json', (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Linekeeper',
          version: '0.1.0',
          description: DESCRIPTION,
          license: { name: 'MIT' },
        },
        servers: [{ url: config.PUBLIC_ORIGIN }],
        tags: TAGS.map((name) => ({ name })),
      }),
    ),
  )
}
