/** Examples of what is told of sessions, and of webhooks themselves. */
import type { Examples } from './index.ts'
import { AT, OURS } from './people.ts'

export const SESSIONS: Examples<'session' | 'history' | 'webhook'> = {
  'session.created': { name: 'Customer Support' },
  'session.deleted': {},
  'session.status': {
    status: 'connected',
    statuses: [
      { status: 'connecting', timestamp: '2026-01-01T11:59:58.000Z' },
      { status: 'connected', timestamp: AT },
    ],
  },
  'session.connected': { phoneNumber: OURS, lid: '543210987654321@lid' },
  'session.disconnected': { reason: 'logged_out' },
  'session.restricted': { since: AT, until: '2026-01-02T12:00:00.000Z', kind: 'reachout' },
  'session.unrestricted': { since: '2025-12-31T12:00:00.000Z' },
  'session.volume': { hour: '2026-01-01T11:00:00.000Z', messages: 612, usual: 48.5, direction: 'above' },
  'session.qr': { expiresAt: '2026-01-01T12:01:00.000Z' },
  'history.failed': { kind: 'recent', reason: 'unavailable', attempts: 40, progress: 60 },
  'history.synced': { kind: 'recent', chats: 12, messages: 340, progress: 100 },
  'webhook.disabled': {
    webhookId: 'wh_4c6a9f0e2b7d5a1c3e8f7b60',
    url: 'https://your-server.com/webhook',
    reason: 'failing',
    failingSince: '2025-12-28T12:00:00.000Z',
  },
}
