/** The people that a session knows, by name. */
import * as z from 'zod'
import { canonicalPersonId } from '#core/contacts/canonical.ts'
import * as Contacts from '#core/contacts/contact.ts'
import { Fault } from '#core/platform/fault.ts'
import { access, theSession } from './access.ts'
import { personParam } from './asked/parameters.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const tags = ['Contacts']

const list = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/contacts',
  tags,
  summary: 'List contacts',
  description:
    'In the order of their names: who is saved on the phone, and who has told a name. One person is one contact, by number and LID together. With `search` or `saved` a page looks at 2000 contacts at most; it may hold fewer than `limit`, or none, and still have a `nextCursor`.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      ...paging(100),
      search: z.string().trim().min(1).max(100).optional().meta({
        description: 'A part of any of the names or of the number',
        example: 'ada',
      }),
      saved: z.stringbool().optional().meta({ description: 'Only who is saved on the phone, or who is not' }),
    }),
  },
  responses: {
    200: answer('A page of contacts', { contacts: z.array(Contacts.Contact), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const get = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/contacts/{contactId}',
  tags,
  summary: 'Show a contact',
  security: SECURED,
  request: { params: sessionParam.params.extend(personParam) },
  responses: {
    200: answer('The contact', { contact: Contacts.Contact }),
    ...faults(
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
      'CONTACT_NOT_FOUND',
    ),
  },
})

export const contacts = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: access(deps) }, async (c) => {
      const { limit, cursor, ...wanted } = c.req.valid('query')
      const { items, cursor: next } = await Contacts.list(
        deps.store,
        theSession(c).id,
        { limit, cursor },
        wanted,
      )
      return c.json({ success: true as const, contacts: items, nextCursor: next ?? null }, 200)
    })
    .openapi({ ...get, middleware: access(deps) }, async (c) => {
      const session = theSession(c)
      const id = await canonicalPersonId(deps.store, session.id, c.req.valid('param').contactId)
      const contact = await Contacts.find(deps.store, session.id, id)
      if (!contact) throw new Fault('CONTACT_NOT_FOUND', 'Contact not found', { details: { contactId: id } })
      return c.json({ success: true as const, contact }, 200)
    })
