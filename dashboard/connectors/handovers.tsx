/** The latest moves of shards, with their sessions, from one connector to another. */
import type { Api } from '../api/client.ts'
import type { Event, Page } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Empty, Shown } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Ago, lasting } from '../ui/time.tsx'

type Handover = Extract<Event, { type: 'connector.handover' }>

const SHOWN = 50
/** Connectors that come and go stand between them: so many pages are looked through, from the newest back. */
const PAGES = 10

async function latest(api: Api): Promise<Handover[]> {
  const found: Handover[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES && found.length < SHOWN; page++) {
    const query = { order: 'desc', cursor, limit: 2 * SHOWN }
    const { events, nextCursor } = await api.get<{ events: Event[] } & Page>('/api/connectors/events', query)
    found.push(...events.filter((event) => event.type === 'connector.handover'))
    if (!nextCursor) break
    cursor = nextCursor
  }
  return found.slice(0, SHOWN)
}

export function Handovers() {
  const handovers = useLoad('handovers', latest)
  return (
    <Panel title="Handovers" aside={<Button onPress={handovers.reload}>Refresh</Button>}>
      <Shown of={handovers}>
        {(all) => (all.length > 0 ? <Table handovers={all} /> : <Empty>Nothing was handed over.</Empty>)}
      </Shown>
    </Panel>
  )
}

const Table = ({ handovers }: { handovers: Handover[] }) => (
  <table>
    <caption class="hidden">Handovers</caption>
    <thead>
      <tr>
        <th scope="col">Shard</th>
        <th scope="col">Reason</th>
        <th scope="col">From</th>
        <th scope="col">To</th>
        <th scope="col" class="number">
          Sessions
        </th>
        <th scope="col">Pause</th>
        <th scope="col">When</th>
      </tr>
    </thead>
    <tbody>
      {handovers.map(({ id, timestamp, payload: { shard, reason, from, to, sessions, durationMs } }) => (
        <tr key={id}>
          <th scope="row">{shard}</th>
          <td data-label="Reason">{reason}</td>
          <td data-label="From">{from || '–'}</td>
          <td data-label="To">{to}</td>
          <td data-label="Sessions" class="number">
            {sessions}
          </td>
          <td data-label="Pause">{durationMs < 1_000 ? `${durationMs} ms` : lasting(durationMs)}</td>
          <td data-label="When">
            <Ago at={timestamp} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
