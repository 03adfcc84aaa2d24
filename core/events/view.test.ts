import { expect, test } from 'vitest'
import { received } from '../../test/support/events.ts'
import { Settings } from '../settings.ts'
import { envelopeOf, Told } from '../webhook/envelope.ts'
import { viewsFor } from './view.ts'

const event = received({ id: 'session', accountId: 'acme' }, 0)
const metadata = { customer: '42' }

test('what the owner has noted comes with every event, over HTTP, live and in webhooks', () => {
  const settings = Settings.parse({ metadata })
  expect(viewsFor({ settings })(event)).toMatchObject({ id: event.id, metadata })
  const envelope: unknown = JSON.parse(envelopeOf(Told.parse(event), { name: 'line', metadata }))
  expect(envelope).toMatchObject({ id: event.id, session: 'line', metadata })
})

test('where nothing is noted, and of no session, there is no word of it', () => {
  for (const session of [{ settings: Settings.parse({}) }, undefined])
    expect(viewsFor(session)(event)).not.toHaveProperty('metadata')
  expect(JSON.parse(envelopeOf(Told.parse(event), { name: 'line' }))).not.toHaveProperty('metadata')
})
