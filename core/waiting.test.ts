import { expect, test } from 'vitest'
import type { Waiting } from './contract/message.ts'
import { iso } from './platform/clock.ts'
import { type Session, Settings, type Status } from './session.ts'
import { waitingOf } from './waiting.ts'

const NOW = Date.UTC(2026, 0, 1)
const [PERSON, GROUP] = ['4915100000002@s.whatsapp.net', '120363000000000001@g.us']
const LATER = iso(NOW + 60_000)

type Case = {
  status?: 'accepted' | 'queued' | 'sent' | 'failed'
  ageMs?: number
  sendAt?: string
  chatId?: string
  hasFile?: boolean
  noted?: Waiting
  session?: Status
  pacing?: boolean
  until?: string | null
}

function waiting({ status = 'queued', ageMs = 10_000, sendAt, chatId = PERSON, ...more }: Case) {
  const { hasFile, noted, session = 'connected', pacing, until } = more
  const at = iso(NOW - ageMs)
  const restriction = { since: at, kind: 'reachout', ...(until ? { until } : {}) }
  const of = {
    settings: Settings.parse(pacing ? { pacing: { perMinute: 10 } } : {}),
    state: { ...(until === undefined ? {} : { restriction }) },
  } as Session
  const media = hasFile ? { mimetype: 'image/png' } : undefined
  const message = { status, times: { accepted: at }, timestamp: at, sendAt, chatId, media, waiting: noted }
  return waitingOf(message, of, { status: session }, NOW)
}

test.each<[string, Case, Waiting | undefined]>([
  ['what was sent does not wait', { status: 'sent', session: 'connecting' }, undefined],
  ['nor does what has failed', { status: 'failed', until: null }, undefined],
  ['its time has not come', { status: 'accepted', sendAt: LATER }, { reason: 'send_at', until: LATER }],
  ['its time has come', { status: 'accepted', sendAt: iso(NOW - 500) }, undefined],
  ['no connection', { session: 'connecting', pacing: true, until: null }, { reason: 'not_connected' }],
  ['accepted just now', { status: 'accepted', ageMs: 500, hasFile: true }, undefined],
  ['a file', { status: 'accepted', hasFile: true }, { reason: 'media' }],
  ['behind another one', { status: 'accepted' }, { reason: 'order' }],
  ['restricted, nobody knows until when', { until: null }, { reason: 'restricted' }],
  ['restricted', { until: LATER }, { reason: 'restricted', until: LATER }],
  ['a restriction does not concern groups', { until: LATER, chatId: GROUP }, undefined],
  [
    'nor whom the connector let go on',
    { until: LATER, pacing: true, noted: { reason: 'pacing' } },
    { reason: 'pacing' },
  ],
  [
    'pace, with an estimate',
    { pacing: true, noted: { reason: 'pacing', until: LATER } },
    { reason: 'pacing', until: LATER },
  ],
  [
    'pace, with an estimate that was wrong',
    { pacing: true, noted: { reason: 'pacing', until: iso(NOW - 1) } },
    { reason: 'pacing' },
  ],
  ['the pace was taken off', { noted: { reason: 'pacing', until: LATER } }, undefined],
  ['the restriction is over', { noted: { reason: 'restricted' } }, undefined],
  ['behind one that is tried again', { noted: { reason: 'order' } }, { reason: 'order' }],
])('%s', (_, given, expected) => {
  expect(waiting(given)).toEqual(expected)
})
