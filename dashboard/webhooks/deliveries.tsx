/** What became of events at a webhook, and sending them once more. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Delivery, DeliveryStatus, Page } from '../api/types.ts'
import { useAction, useApi, useLoad } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { useEvery } from '../ui/every.ts'
import { Empty, Problem, Shown } from '../ui/notice.tsx'
import { OneOf } from '../ui/one-of.tsx'
import { Panel } from '../ui/panel.tsx'
import { Badge, inWords } from '../ui/status.tsx'
import { Ago, When } from '../ui/time.tsx'

const REFRESH_MS = 10_000
const FILTERS = [
  ['', 'All'],
  ['waiting', 'Waiting'],
  ['failed', 'Failed'],
] as const
const MOODS = { delivered: 'good', waiting: 'busy', failed: 'bad' } as const
type DeliveriesPage = { deliveries: Delivery[] } & Page

export function Deliveries({ path }: { path: string }) {
  const api = useApi()
  const [status, setStatus] = useState<DeliveryStatus | ''>('')
  const [older, setOlder] = useState<DeliveriesPage>()
  const ask = { status, limit: 25 }
  const first = useLoad(status, (api) => api.get<DeliveriesPage>(`${path}/deliveries`, ask))
  useEvery(REFRESH_MS, first.reload)
  const resend = useAction(async (api, eventId?: string) => {
    await api.post(eventId ? `${path}${at`/deliveries/${eventId}/resend`}` : `${path}/resend-failed`)
    first.reload()
  })
  const cursor = (older ?? first.data)?.nextCursor
  const more = async () => {
    if (!cursor) return
    const page = await api.get<DeliveriesPage>(`${path}/deliveries`, { ...ask, cursor })
    setOlder((before) => ({ ...page, deliveries: [...(before?.deliveries ?? []), ...page.deliveries] }))
  }

  return (
    <Panel
      title="Deliveries"
      aside={
        <div class="row">
          <OneOf
            label="Status of deliveries"
            options={FILTERS}
            value={status}
            onChange={(next: DeliveryStatus | '') => {
              setStatus(next)
              setOlder(undefined)
            }}
          />
          <Button isBusy={resend.isBusy} onPress={() => void resend.run()}>
            Resend all failed
          </Button>
        </div>
      }
    >
      <Problem error={resend.error} />
      <Shown of={first}>
        {({ deliveries }) => {
          const all = [...deliveries, ...(older?.deliveries ?? [])]
          return all.length > 0 ? (
            <Table deliveries={all} onResend={(eventId) => void resend.run(eventId)} />
          ) : (
            <Empty>There are none.</Empty>
          )
        }}
      </Shown>
      {cursor && <Button onPress={() => void more()}>More</Button>}
    </Panel>
  )
}

const Table = ({ deliveries, onResend }: { deliveries: Delivery[]; onResend: (eventId: string) => void }) => (
  <table>
    <caption class="hidden">Deliveries</caption>
    <thead>
      <tr>
        <th scope="col">Event</th>
        <th scope="col">Status</th>
        <th scope="col">Answer</th>
        <th scope="col">Last attempt</th>
        <th scope="col">
          <span class="hidden">Resend</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {deliveries.map((one) => (
        <tr key={one.eventId}>
          <th scope="row">
            {one.event}
            <History of={one} />
          </th>
          <td data-label="Status">
            <Badge mood={MOODS[one.status]}>{one.status}</Badge>
          </td>
          <td data-label="Answer">
            {one.responseCode ?? inWords(one.error ?? '–')}
            {one.latencyMs !== null && <small class="quiet"> {one.latencyMs} ms</small>}
          </td>
          <td data-label="Last attempt">
            <Last of={one} />
          </td>
          <td>
            <Button label={`Resend ${one.event}`} onPress={() => onResend(one.eventId)}>
              Resend
            </Button>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

function Last({ of: { history, nextAttemptAt } }: { of: Delivery }) {
  const last = history.at(-1)
  return (
    <>
      {last ? <Ago at={last.at} /> : '–'}
      {nextAttemptAt && (
        <small class="quiet">
          {' '}
          next <Ago at={nextAttemptAt} />
        </small>
      )}
    </>
  )
}

const History = ({ of: { attempts, history, response, eventId } }: { of: Delivery }) => (
  <details>
    <summary>{attempts === 1 ? '1 attempt' : `${attempts} attempts`}</summary>
    <p class="quiet">
      <code>{eventId}</code>
    </p>
    <ol>
      {history.map(({ at: when, code, error, latencyMs }) => (
        <li key={when}>
          <When at={when} />: {code ?? inWords(error ?? 'no answer')} in {latencyMs} ms
        </li>
      ))}
    </ol>
    {response && <pre>{response}</pre>}
  </details>
)
