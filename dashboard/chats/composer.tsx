/** Writing into a chat: a text, or a file with the text as its caption. Pressing twice sends once. */
import { useId, useRef, useState } from 'preact/hooks'
import { type Api, at, newKey } from '../api/client.ts'
import type { Message, SessionDetails } from '../api/types.ts'
import { useAction } from '../api/use.ts'
import { Button } from '../ui/button.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'

export function Composer({
  session,
  chatId,
  onSent,
}: {
  session: SessionDetails
  chatId: string
  onSent: (message: Message) => void
}) {
  const id = useId()
  const [text, setText] = useState('')
  const [file, setFile] = useState<File>()
  const picker = useRef<HTMLInputElement>(null)
  /** Stays the same until something was accepted, so that trying again is the same message. */
  const key = useRef(newKey())

  const send = useAction(async (api) => {
    const content = file ? await fileOf(api, session.id, file, text.trim()) : { text: text.trim() }
    const { message } = await api.post<{ message: Message }>(
      '/api/messages',
      { sessionId: session.id, to: chatId, ...content },
      { 'idempotency-key': key.current },
    )
    key.current = newKey()
    setText('')
    setFile(undefined)
    if (picker.current) picker.current.value = ''
    onSent(message)
  })
  const change = (next: { text?: string; file?: File | undefined }) => {
    key.current = newKey()
    if (next.text !== undefined) setText(next.text)
    if ('file' in next) setFile(next.file)
  }
  const submit = () => {
    if (!send.isBusy && (text.trim() || file)) void send.run()
  }

  return (
    <Form className="composer" label="Write" onSubmit={submit}>
      <Problem error={send.error} />
      <div class="row">
        <label class="button file">
          <span aria-hidden="true">+</span>
          <span class="hidden">Attach a file</span>
          <input
            ref={picker}
            type="file"
            class="hidden"
            onChange={(event) => change({ file: event.currentTarget.files?.[0] })}
          />
        </label>
        <label for={id} class="hidden">
          Message
        </label>
        <textarea
          id={id}
          rows={1}
          value={text}
          placeholder={file ? 'Caption' : 'Message'}
          onInput={(event) => change({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            submit()
          }}
        />
        <Button kind="main" submits isBusy={send.isBusy}>
          Send
        </Button>
      </div>
      {file && (
        <p class="attached">
          {file.name} <Button onPress={() => change({ file: undefined })}>Remove</Button>
        </p>
      )}
      {session.status !== 'connected' && (
        <p class="quiet">The session is not connected. What you write waits until it is, or is refused.</p>
      )}
    </Form>
  )
}

const KINDS: [RegExp, 'image' | 'video' | 'audio'][] = [
  [/^image\/(jpeg|png|webp)$/, 'image'],
  [/^video\/mp4$/, 'video'],
  [/^audio\//, 'audio'],
]

/** Uploads it, and says what it is to be sent as: what WhatsApp does not show in a chat, as a document. */
async function fileOf(api: Api, sessionId: string, file: File, caption: string) {
  const [, kind = 'document'] = KINDS.find(([type]) => type.test(file.type)) ?? []
  const path = `${at`/api/sessions/${sessionId}/media`}?kind=${kind}`
  const { media } = await api.upload<{ media: { id: string } }>(path, file)
  return { [kind]: { id: media.id, ...(caption && kind !== 'audio' ? { caption } : {}) } }
}
