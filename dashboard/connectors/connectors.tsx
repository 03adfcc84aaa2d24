/** The fleet, for operators: which processes hold the lines, how busy they are, and what moved between them. */
import { type Api, Refusal } from '../api/client.ts'
import type { Connector } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { useEvery } from '../ui/every.ts'
import { Empty, Shown } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'
import { Panel } from '../ui/panel.tsx'
import { Badge } from '../ui/status.tsx'
import { Ago, lasting } from '../ui/time.tsx'
import { Handovers } from './handovers.tsx'

const REFRESH_MS = 5_000
const MOODS = { alive: 'good', draining: 'busy', lost: 'bad' } as const
type Fleet = { connectors: Connector[]; shards: { total: number; orphaned: number[] } }

/** Undefined without admin rights. */
const fleetOf = (api: Api): Promise<{ fleet: Fleet | undefined }> =>
  api.get<Fleet>('/api/connectors').then(
    (fleet) => ({ fleet }),
    (error: unknown) => {
      if (error instanceof Refusal && error.status === 403) return { fleet: undefined }
      throw error
    },
  )

export function Connectors() {
  const loaded = useLoad('fleet', fleetOf)
  useEvery(REFRESH_MS, () => {
    if (loaded.data?.fleet) loaded.reload()
  })
  return (
    <>
      <PageHead title="Connectors" />
      <Shown of={loaded}>
        {({ fleet }) =>
          fleet ? (
            <View of={fleet} />
          ) : (
            <Empty>This page is for operators. It needs a token with admin rights.</Empty>
          )
        }
      </Shown>
    </>
  )
}

const View = ({ of: { connectors, shards } }: { of: Fleet }) => (
  <>
    {shards.orphaned.length > 0 && (
      <p class="notice problem" role="alert">
        Nobody holds {shards.orphaned.length} of {shards.total} shards: {shards.orphaned.join(', ')}. Their
        sessions are not connected.
      </p>
    )}
    <Panel
      title={`${connectors.filter(({ status }) => status === 'alive').length} alive, ${shards.total} shards`}
    >
      {connectors.length > 0 ? <Table connectors={connectors} /> : <Empty>There is none.</Empty>}
    </Panel>
    <Handovers />
  </>
)

const Table = ({ connectors }: { connectors: Connector[] }) => (
  <table>
    <caption class="hidden">Connectors</caption>
    <thead>
      <tr>
        <th scope="col">Connector</th>
        <th scope="col">Status</th>
        <th scope="col" class="number">
          Sessions
        </th>
        <th scope="col">Shards</th>
        <th scope="col">Load</th>
        <th scope="col">Heartbeat</th>
        <th scope="col">Started</th>
      </tr>
    </thead>
    <tbody>
      {connectors.map(({ id, status, sessions, shards, load, heartbeatAgeMs, startedAt }) => (
        <tr key={id}>
          <th scope="row">{id}</th>
          <td data-label="Status">
            <Badge mood={MOODS[status]}>{status}</Badge>
          </td>
          <td data-label="Sessions" class="number">
            {sessions}
          </td>
          <td data-label="Shards">{shards.join(', ') || '–'}</td>
          <td data-label="Load">{load ? `${load.cpuPercent} %, ${load.memoryMb} MB` : '–'}</td>
          <td data-label="Heartbeat">{lasting(heartbeatAgeMs)} ago</td>
          <td data-label="Started">
            <Ago at={startedAt} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
