/** Creating a session, and starting it at once if one likes, so that its code can be scanned. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Check, Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'

type Created = { id: string }

export function NewSession({
  onClose,
  onCreated,
}: {
  onClose: () => void
  onCreated: (session: Created) => void
}) {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [isStarted, setStarted] = useState(true)
  const create = useAction(async (api) => {
    const about = description.trim() ? { description: description.trim() } : {}
    const { session } = await api.post<{ session: Created }>('/api/sessions', { name: name.trim(), ...about })
    if (isStarted) await api.post(at`/api/sessions/${session.id}/start`)
    onCreated(session)
  })

  return (
    <Dialog title="New session" onClose={onClose}>
      <Form onSubmit={() => void create.run()}>
        <Field label="Name" value={name} onChange={setName} required maxLength={100} autofocus />
        <Field label="Description" value={description} onChange={setDescription} maxLength={1_000} />
        <Check
          label="Start it"
          hint="Shows a code to scan as soon as there is one."
          isOn={isStarted}
          onChange={setStarted}
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
