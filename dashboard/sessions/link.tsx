/** Linking a phone: the code as a picture that renews itself, and the other way, a code that is typed on the phone. */
import { useEffect, useState } from 'preact/hooks'
import { at, Refusal } from '../api/client.ts'
import { useAction, useApi } from '../api/use.ts'
import { useLive } from '../live.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Problem } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { untilThen, useNow } from '../ui/time.tsx'

export const LinkPhone = ({ sessionId }: { sessionId: string }) => (
  <Panel title="Link a phone">
    <div class="columns">
      <QrCode sessionId={sessionId} />
      <PairingCode sessionId={sessionId} />
    </div>
  </Panel>
)

type Qr = { qrCode: string; expiresAt: string }
/** Milliseconds between two questions for a code that is not there yet. */
const NOT_YET = 1_500

/** The newest code, as long as it holds. The picture is in memory only; it is a secret. */
function useQr(sessionId: string): { qr: Qr | undefined; error: Error | undefined } {
  const api = useApi()
  const [qr, setQr] = useState<Qr>()
  const [error, setError] = useState<Error>()
  const [turn, setTurn] = useState(0)
  const next = () => setTurn((before) => before + 1)

  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const later = (wait: number) => {
      timer = setTimeout(next, Math.max(wait, NOT_YET))
    }
    api.get<Qr>(at`/api/sessions/${sessionId}/qr`).then(
      (found) => {
        if (isOver) return
        setQr(found)
        setError(undefined)
        later(untilThen(found.expiresAt))
      },
      (refused: Error) => {
        if (isOver) return
        const isBetween = refused instanceof Refusal && refused.code.startsWith('QR_CODE')
        setError(isBetween ? undefined : refused)
        later(NOT_YET)
      },
    )
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [api, sessionId, turn])

  useLive([sessionId], ['session.qr'], { onEvent: next, onFresh: () => undefined })
  return { qr, error }
}

function QrCode({ sessionId }: { sessionId: string }) {
  const { qr, error } = useQr(sessionId)
  const now = useNow(1_000)
  const seconds = qr ? Math.ceil((Date.parse(qr.expiresAt) - now) / 1_000) : 0
  return (
    <div class="qr">
      <p>On the phone: WhatsApp → Settings → Linked devices → Link a device. Then point it at this code.</p>
      {qr && seconds > 0 ? (
        <figure>
          <img src={qr.qrCode} alt="QR code to scan with WhatsApp" width="256" height="256" />
          <figcaption>Valid for {seconds} s, then there is a new one.</figcaption>
        </figure>
      ) : (
        <div class="qr-wait" role="status">
          A new code is on its way …
        </div>
      )}
      <Problem error={error} />
    </div>
  )
}

function PairingCode({ sessionId }: { sessionId: string }) {
  const [phoneNumber, setPhoneNumber] = useState('')
  const [code, setCode] = useState<{ code: string; expiresAt: string }>()
  const pair = useAction(async (api) =>
    setCode(await api.post(at`/api/sessions/${sessionId}/pairing-code`, { phoneNumber })),
  )
  return (
    <div>
      <h3>Or with a code to type</h3>
      <p>On the phone: Link a device → Link with phone number.</p>
      <Form label="Pairing code" onSubmit={() => void pair.run()}>
        <Field
          label="Number of the phone"
          type="tel"
          value={phoneNumber}
          onChange={setPhoneNumber}
          placeholder="+49 151 23456789"
          required
        />
        <Problem error={pair.error} />
        <Button submits isBusy={pair.isBusy}>
          Get a code
        </Button>
      </Form>
      <div role="status">
        {code && (
          <p>
            Type <strong class="code">{code.code}</strong> on the phone.
          </p>
        )}
      </div>
    </div>
  )
}
