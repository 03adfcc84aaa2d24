/** Creating a webhook. Its secret is shown once, here. */
import { useState } from 'preact/hooks'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'
import { pathOf } from './scope.ts'

export function NewWebhook({ scope, onClose }: { scope: string; onClose: () => void }) {
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState('*')
  const [secret, setSecret] = useState<string>()
  const create = useAction(async (api) => {
    const filter = events.split(/[\s,]+/).filter(Boolean)
    const made = await api.post<{ secret: string }>(pathOf(scope), { url: url.trim(), events: filter })
    setSecret(made.secret)
  })

  if (secret)
    return (
      <Dialog title="Webhook created" onClose={onClose}>
        <p>This is its secret, with which requests are signed. It is shown this once:</p>
        <code class="secret">{secret}</code>
        <div class="row end">
          <Button kind="main" onPress={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    )
  return (
    <Dialog title="New webhook" onClose={onClose}>
      <Form onSubmit={() => void create.run()}>
        <Field
          label="Address"
          type="url"
          value={url}
          onChange={setUrl}
          placeholder="https://"
          required
          autofocus
        />
        <Field
          label="Events"
          value={events}
          onChange={setEvents}
          required
          hint="Types such as message.received, groups such as message.*, or * for all; separated by commas."
        />
        <Problem error={create.error} />
        <div class="row end">
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="main" submits isBusy={create.isBusy}>
            Create
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
