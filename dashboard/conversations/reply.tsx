/** Answering in a conversation. Trying again after a failure is the same message. */
import { useRef, useState } from 'preact/hooks'
import { at, newKey } from '../api/client.ts'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'

export function Reply({ id, onSent }: { id: string; onSent: () => void }) {
  const [text, setText] = useState('')
  const key = useRef(newKey())
  const send = useAction(async (api) => {
    const headers = { 'idempotency-key': key.current }
    await api.post(at`/api/conversations/${id}/messages`, { text: text.trim() }, headers)
    key.current = newKey()
    setText('')
    onSent()
  })
  const change = (next: string) => {
    key.current = newKey()
    setText(next)
  }
  return (
    <Form label="Reply" className="reply" onSubmit={() => void send.run()}>
      <Problem error={send.error} />
      <div class="row">
        <Field label="Reply" isLabelHidden value={text} onChange={change} placeholder="Reply" required />
        <Button kind="main" submits isBusy={send.isBusy}>
          Send
        </Button>
      </div>
    </Form>
  )
}
