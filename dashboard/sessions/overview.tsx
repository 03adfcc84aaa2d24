/** How a session is: what a person has to do, the code to scan, its figures, and what it has been through. */
import type { SessionDetails, StatusChange } from '../api/types.ts'
import { Empty } from '../ui/notice.tsx'
import { Facts, Panel } from '../ui/panel.tsx'
import { inWords, StatusBadge } from '../ui/status.tsx'
import { Ago, When } from '../ui/time.tsx'
import { LinkPhone } from './link.tsx'

export function Overview({ session }: { session: SessionDetails }) {
  const { reason, action, restriction, messageStats, connectionInfo, performance, statusHistory } = session
  return (
    <>
      {(reason || action) && (
        <div class={`notice ${action ? 'problem' : ''}`} role="status">
          {action && <p class="action">{action}</p>}
          {reason && <p class="quiet">Reason: {inWords(reason)}</p>}
        </div>
      )}
      {restriction && (
        <p class="notice problem" role="status">
          WhatsApp keeps this account from writing to people who do not know it ({inWords(restriction.kind)})
          {restriction.until && (
            <>
              , until <When at={restriction.until} />
            </>
          )}
          .
        </p>
      )}
      {session.status === 'qr_generated' && <LinkPhone sessionId={session.id} />}
      <div class="columns">
        <Panel title="Line">
          <Facts
            of={[
              ['Number', session.phoneNumber ?? '–'],
              ['Name on WhatsApp', connectionInfo.pushName ?? '–'],
              ['Phone', connectionInfo.deviceModel ?? '–'],
              ['Connected', connectionInfo.connectedAt ? <Ago at={connectionInfo.connectedAt} /> : '–'],
              ['Last activity', session.lastActivity ? <Ago at={session.lastActivity} /> : '–'],
              ['Sent', messageStats.sent],
              ['Received', messageStats.received],
              ['Failed', messageStats.failed],
              ['Waiting to leave', session.messageQueue],
              ['Uptime, 7 days', performance.uptime ?? '–'],
              ['Time to WhatsApp', performance.averageResponseTime ?? '–'],
              ['Messages an hour', performance.messagesPerHour],
              ['Session id', <code key="id">{session.id}</code>],
            ]}
          />
        </Panel>
        <Panel title="Status history">
          <History changes={statusHistory} />
        </Panel>
      </div>
    </>
  )
}

const History = ({ changes }: { changes: StatusChange[] }) =>
  changes.length === 0 ? (
    <Empty>It was not started yet.</Empty>
  ) : (
    <ol class="history">
      {changes.map(({ status, at, reason }) => (
        <li key={`${at} ${status}`}>
          <StatusBadge status={status} />
          <span>
            <When at={at} />
            {reason && <small class="quiet">{inWords(reason)}</small>}
          </span>
        </li>
      ))}
    </ol>
  )
