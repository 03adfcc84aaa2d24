import { expect, test } from 'vitest'
import { Settings } from '../../core/settings.ts'
import { changeOf, draftOf } from './settings-draft.ts'

const session = (given: object) => ({
  name: 'Front desk',
  description: null,
  settings: Settings.omit({ proxy: true }).parse(given),
})

test('what nobody touches stays as it is, also what the form does not show', () => {
  const before = session({
    autoDownload: { enabled: true, kinds: ['image'], maxSize: 1_000, from: ['chats'] },
    pacing: { perMinute: 20, burst: 5, minDelayMs: 100, maxDelayMs: 200 },
    autoRejectCalls: { enabled: true, reply: 'Please write' },
    ignore: { groups: true },
    readReceipts: 'always',
    ipWhitelist: ['10.0.0.0/8'],
    webhookUrl: 'https://example.org/hook',
    metadata: { team: 'a' },
  })
  const { name, description, settings } = changeOf(draftOf(before), before)
  expect({ name, description }).toEqual({ name: 'Front desk', description: null })
  expect({ ...before.settings, ...settings }).toEqual(before.settings)
})

test('what is emptied goes back to its default', () => {
  const before = session({
    pacing: { perMinute: 20 },
    ipWhitelist: ['10.0.0.1'],
    webhookUrl: 'https://example.org',
  })
  const draft = { ...draftOf(before), perMinute: '', ipWhitelist: ' ', webhookUrl: '', reconnectSeconds: '' }
  expect(changeOf(draft, before).settings).toMatchObject({
    pacing: null,
    ipWhitelist: null,
    webhookUrl: null,
    reconnectInterval: null,
  })
})

test('text becomes what the API takes', () => {
  const before = session({})
  const draft = {
    ...draftOf(before),
    description: ' Main line ',
    reconnectSeconds: '2.5',
    perMinute: '30',
    ipWhitelist: '10.0.0.1, 10.1.0.0/16',
  }
  expect(changeOf(draft, before)).toMatchObject({
    description: 'Main line',
    settings: {
      reconnectInterval: 2_500,
      pacing: { perMinute: 30 },
      ipWhitelist: ['10.0.0.1', '10.1.0.0/16'],
    },
  })
})
