/** The sessions of the account, as they are now: status, number, traffic; and the way to a new one. */
import { useState } from 'preact/hooks'
import type { SessionSummary, Status } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { useLive } from '../live.ts'
import { go, hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/field.tsx'
import { Empty, Shown } from '../ui/notice.tsx'
import { Liveness, PageHead } from '../ui/page.tsx'
import { Pager } from '../ui/pager.tsx'
import { STATUS_NAMES, StatusBadge } from '../ui/status.tsx'
import { Ago } from '../ui/time.tsx'
import { NewSession } from './new.tsx'

const PER_PAGE = 20
const FILTERS = [
  ['', 'All'] as const,
  ...Object.entries(STATUS_NAMES).map(([status, name]) => [status as Status, name] as const),
]
type SessionsPage = { sessions: SessionSummary[]; total: number }

export function Sessions() {
  const [status, setStatus] = useState<Status | ''>('')
  const [offset, setOffset] = useState(0)
  const [isCreating, setCreating] = useState(false)
  const page = useLoad(`${status} ${offset}`, (api) =>
    api.get<SessionsPage>('/api/sessions', { status, offset, limit: PER_PAGE }),
  )
  const ids = page.data?.sessions.map(({ id }) => id) ?? []
  const liveness = useLive(ids, ['session.*'], { onEvent: page.reload, onFresh: page.reload })

  return (
    <>
      <PageHead title="Sessions" aside={ids.length > 0 && <Liveness state={liveness} />}>
        <Choice
          label="Status"
          value={status}
          options={FILTERS}
          onChange={(next) => {
            setStatus(next)
            setOffset(0)
          }}
        />
        <Button kind="main" onPress={() => setCreating(true)}>
          New session
        </Button>
      </PageHead>
      <Shown of={page}>
        {({ sessions, total }) => (
          <>
            {sessions.length > 0 ? <Table sessions={sessions} /> : <Nothing isFiltered={status !== ''} />}
            <Pager offset={offset} limit={PER_PAGE} total={total} onMove={setOffset} />
          </>
        )}
      </Shown>
      {isCreating && (
        <NewSession onClose={() => setCreating(false)} onCreated={({ id }) => go('sessions', id)} />
      )}
    </>
  )
}

const Nothing = ({ isFiltered }: { isFiltered: boolean }) => (
  <Empty>
    {isFiltered
      ? 'No session is in this status.'
      : 'There is no session yet. A session is one linked WhatsApp device: create one, and scan its code with a phone.'}
  </Empty>
)

const Table = ({ sessions }: { sessions: SessionSummary[] }) => (
  <table>
    <caption class="hidden">Sessions</caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Status</th>
        <th scope="col">Number</th>
        <th scope="col">Last activity</th>
        <th scope="col" class="number">
          Sent
        </th>
        <th scope="col" class="number">
          Received
        </th>
      </tr>
    </thead>
    <tbody>
      {sessions.map((session) => (
        <tr key={session.id}>
          <th scope="row">
            <a href={hrefOf('sessions', session.id)}>{session.name}</a>
            {session.description && <small class="quiet">{session.description}</small>}
          </th>
          <td data-label="Status">
            <StatusBadge status={session.status} />
          </td>
          <td data-label="Number">{session.phoneNumber ?? '–'}</td>
          <td data-label="Last activity">{session.lastActivity ? <Ago at={session.lastActivity} /> : '–'}</td>
          <td data-label="Sent" class="number">
            {session.messageStats.sent}
          </td>
          <td data-label="Received" class="number">
            {session.messageStats.received}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
