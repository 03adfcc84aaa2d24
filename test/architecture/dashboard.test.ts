import { gzipSync } from 'node:zlib'
import { expect, expectTypeOf, test } from 'vitest'
import type * as z from 'zod'
import type * as Shown from '../../dashboard/api/types.ts'
import { buildDashboard } from '../../dashboard/build.ts'
import { contentPolicy } from '../../dashboard/policy.ts'
import type { ConversationMessage, ConversationView } from '../../functions/api/conversations/view.ts'
import type { MessageView } from '../../functions/api/messages/view.ts'
import type { SessionDetails, SessionSummary } from '../../functions/api/sessions/view.ts'
import type { DeliveryView, WebhookView } from '../../functions/api/webhooks/view.ts'

test('what the dashboard believes of answers is what the API says: the compiler compares them', () => {
  expectTypeOf<z.output<typeof SessionSummary>>().toExtend<Shown.SessionSummary>()
  expectTypeOf<z.output<typeof SessionDetails>>().toExtend<Shown.SessionDetails>()
  expectTypeOf<z.output<typeof MessageView>>().toExtend<Shown.Message>()
  expectTypeOf<z.output<typeof ConversationView>>().toExtend<Shown.Conversation>()
  expectTypeOf<z.output<typeof ConversationMessage>>().toExtend<Shown.ConversationMessage>()
  expectTypeOf<z.output<typeof WebhookView>>().toExtend<Shown.Webhook>()
  expectTypeOf<z.output<typeof DeliveryView>>().toExtend<Shown.Delivery>()
})

test('its files are few, small, and name no other host', async ({ annotate }) => {
  const files = await buildDashboard()
  expect(files.map(({ name }) => name).sort()).toEqual(['icon.svg', 'index.html', 'main.css', 'main.js'])
  const onTheWire = files.reduce((sum, { content }) => sum + gzipSync(content).length, 0)
  await annotate(`${onTheWire} bytes on the wire`)
  expect(onTheWire).toBeLessThan(40_000)
  for (const { name, content } of files) {
    const named = Buffer.from(content)
      .toString()
      .matchAll(/\b(?:https?|wss?):\/\/[\w.-]+/g)
    // Names of XML's own, which nobody loads.
    expect(
      [...named].map(([url]) => url).filter((url) => url !== 'http://www.w3.org'),
      name,
    ).toEqual([])
  }
})

test('its policy opens nothing by default, and nothing for scripts ever', () => {
  const policy = contentPolicy({ connect: ['wss://live.example.org'], files: ['https://files.example.org'] })
  const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]))
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(directives.get('script-src')).toEqual(["'self'"])
  expect(directives.get('style-src')).toEqual(["'self'"])
  expect(directives.get('connect-src')).toEqual(["'self'", 'wss://live.example.org'])
  expect(directives.get('img-src')).toEqual(["'self'", 'data:', 'https://files.example.org'])
  for (const name of ['base-uri', 'form-action', 'frame-ancestors', 'trusted-types'])
    expect(directives.get(name)).toEqual(["'none'"])
})
