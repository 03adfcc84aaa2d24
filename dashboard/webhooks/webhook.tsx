/** One webhook: how it is, trying it, pausing it, and what became of every event. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Delivery, Webhook } from '../api/types.ts'
import { useAction, useLoad } from '../api/use.ts'
import { go, hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { Problem, Shown } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'
import { Facts, Panel } from '../ui/panel.tsx'
import { Badge, inWords } from '../ui/status.tsx'
import { Ago } from '../ui/time.tsx'
import { Deliveries } from './deliveries.tsx'
import { MOODS } from './list.tsx'
import { pathOf } from './scope.ts'

export function WebhookPage({ scope, id }: { scope: string; id: string }) {
  const path = pathOf(scope) + at`/${id}`
  const [tries, setTries] = useState(0)
  const webhook = useLoad(path, async (api) => (await api.get<{ webhook: Webhook }>(path)).webhook)
  const changed = () => {
    webhook.reload()
    setTries((before) => before + 1)
  }
  return (
    <Shown of={webhook}>
      {(shown) => (
        <>
          <PageHead title={shown.url} aside={<Badge mood={MOODS[shown.status]}>{shown.status}</Badge>}>
            <a class="button" href={hrefOf('webhooks', scope)}>
              All webhooks
            </a>
            <Controls webhook={shown} path={path} scope={scope} onChanged={changed} />
          </PageHead>
          {shown.action && <p class="notice problem">{shown.action}</p>}
          <Panel title="Webhook">
            <Facts
              of={[
                ['Events', shown.events.join(', ')],
                ['Last success', shown.lastSuccessAt ? <Ago at={shown.lastSuccessAt} /> : '–'],
                ['Failing since', shown.failingSince ? <Ago at={shown.failingSince} /> : '–'],
                ['Tried again', shown.nextAttemptAt ? <Ago at={shown.nextAttemptAt} /> : '–'],
              ]}
            />
          </Panel>
          <Deliveries key={`${path} ${tries}`} path={path} />
        </>
      )}
    </Shown>
  )
}

function Controls({
  webhook: { active, status },
  path,
  scope,
  onChanged,
}: {
  webhook: Webhook
  path: string
  scope: string
  onChanged: () => void
}) {
  const [outcome, setOutcome] = useState<Delivery>()
  const [isDeleting, setDeleting] = useState(false)
  const isOn = active && status !== 'disabled'
  const tryIt = useAction(async (api) => {
    setOutcome(undefined)
    setOutcome((await api.post<{ delivery: Delivery }>(`${path}/test`)).delivery)
    onChanged()
  })
  const turn = useAction(async (api) => {
    await api.put(path, { active: !isOn })
    onChanged()
  })
  return (
    <>
      <Button kind="main" isBusy={tryIt.isBusy} onPress={() => void tryIt.run()}>
        Test
      </Button>
      <Button isBusy={turn.isBusy} onPress={() => void turn.run()}>
        {isOn ? 'Pause' : 'Switch on'}
      </Button>
      <Button kind="danger" onPress={() => setDeleting(true)}>
        Delete
      </Button>
      <Problem error={tryIt.error ?? turn.error} />
      <span role="status">{outcome && told(outcome)}</span>
      {isDeleting && (
        <Confirm
          title="Delete this webhook?"
          verb="Delete"
          onClose={() => setDeleting(false)}
          act={async (api) => {
            await api.delete(path)
            go('webhooks', scope)
          }}
        >
          With its log of deliveries.
        </Confirm>
      )}
    </>
  )
}

const told = ({ status, responseCode, error, latencyMs }: Delivery): string =>
  status === 'delivered'
    ? `It answered ${responseCode} in ${latencyMs} ms.`
    : `Not delivered: ${responseCode ?? inWords(error ?? 'no answer yet')}.`
