/** Examples of what is told of campaigns, and of connectors. */
import type { Examples } from './index.ts'
import { AT } from './people.ts'

const counts = { total: 1_000, waiting: 580, sent: 412, delivered: 390, read: 120, failed: 8 }
const about = { campaignId: 'cmp_spring', name: 'Spring sale' }
const connector = { connectorId: 'a1b2c3d4', startedAt: AT }

export const CAMPAIGNS: Examples<'campaign'> = {
  'campaign.started': {
    ...about,
    counts: { ...counts, waiting: 1_000, sent: 0, delivered: 0, read: 0, failed: 0 },
    summary: 'Campaign started, checking the session.',
  },
  'campaign.progress': { ...about, counts, step: 'sending', summary: '420 of 1000 done.' },
  'campaign.paused': {
    ...about,
    counts,
    reason: 'session_logged_out',
    action: 'Scan the QR code of the session; the campaign goes on by itself',
    summary: 'The session was logged out and could not be restored.',
  },
  'campaign.resumed': { ...about, counts, summary: 'The session is connected again.' },
  'campaign.completed': {
    ...about,
    counts: { ...counts, waiting: 0, sent: 992 },
    summary: '992 sent, 8 failed.',
  },
  'campaign.failed': {
    ...about,
    counts,
    reason: 'session_deleted',
    action: 'Start the campaign again with another session',
    summary: 'The session was deleted.',
  },
}

export const CONNECTORS: Examples<'connector'> = {
  'connector.joined': connector,
  'connector.left': connector,
  'connector.lost': { ...connector, lastBeatAt: '2026-01-01T12:30:00.000Z', sessions: 120 },
  'connector.handover': {
    shard: 3,
    epoch: 18,
    from: 'a1b2c3d4',
    to: 'e5f6a7b8',
    reason: 'failover',
    sessions: 40,
    durationMs: 6_200,
    complete: true,
  },
}
