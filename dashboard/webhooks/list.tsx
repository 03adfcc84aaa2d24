/** Webhooks: of the whole account, or of one session; how each is, and the way to a new one. */
import { useState } from 'preact/hooks'
import type { SessionSummary, Webhook } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { go, hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/field.tsx'
import { Empty, Shown } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'
import { Badge } from '../ui/status.tsx'
import { Ago } from '../ui/time.tsx'
import { NewWebhook } from './new.tsx'
import { ACCOUNT, pathOf } from './scope.ts'

export const MOODS = { active: 'good', paused: 'calm', failing: 'busy', disabled: 'bad' } as const

export function Webhooks({ scope }: { scope: string }) {
  const [isCreating, setCreating] = useState(false)
  const sessions = useLoad('sessions', (api) =>
    api.get<{ sessions: SessionSummary[] }>('/api/sessions', { limit: 100 }),
  )
  const webhooks = useLoad(scope, async (api) => {
    const { webhooks } = await api.get<{ webhooks: Webhook[] }>(pathOf(scope))
    return webhooks
  })
  const known = (sessions.data?.sessions ?? []).map(({ id, name }) => [id, name] as const)
  const scopes =
    known.some(([id]) => id === scope) || scope === ACCOUNT ? known : [[scope, scope] as const, ...known]

  return (
    <>
      <PageHead title="Webhooks">
        <Choice
          label="Of"
          value={scope}
          options={[[ACCOUNT, 'The whole account'], ...scopes]}
          onChange={(next) => go('webhooks', next)}
        />
        <Button kind="main" onPress={() => setCreating(true)}>
          New webhook
        </Button>
      </PageHead>
      <Shown of={webhooks}>
        {(all) =>
          all.length > 0 ? (
            <Table webhooks={all} scope={scope} />
          ) : (
            <Empty>There is none. A webhook is an address of yours that is told what happens.</Empty>
          )
        }
      </Shown>
      {isCreating && (
        <NewWebhook
          scope={scope}
          onClose={() => {
            setCreating(false)
            webhooks.reload()
          }}
        />
      )}
    </>
  )
}

const Table = ({ webhooks, scope }: { webhooks: Webhook[]; scope: string }) => (
  <table>
    <caption class="hidden">Webhooks</caption>
    <thead>
      <tr>
        <th scope="col">Address</th>
        <th scope="col">Status</th>
        <th scope="col">Events</th>
        <th scope="col">Last success</th>
      </tr>
    </thead>
    <tbody>
      {webhooks.map((one) => (
        <tr key={one.id}>
          <th scope="row">
            <a href={hrefOf('webhooks', scope, one.id)}>{one.url}</a>
            {one.description && <small class="quiet">{one.description}</small>}
          </th>
          <td data-label="Status">
            <Badge mood={MOODS[one.status]}>{one.status}</Badge>
          </td>
          <td data-label="Events">{one.events.join(', ')}</td>
          <td data-label="Last success">{one.lastSuccessAt ? <Ago at={one.lastSuccessAt} /> : '–'}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
