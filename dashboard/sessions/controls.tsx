/** What can be done with a session as a whole. What cannot be undone is asked about first. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { SessionDetails } from '../api/types.ts'
import { useAction } from '../api/use.ts'
import { go } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { Problem } from '../ui/notice.tsx'

type Question = 'logout' | 'delete'

export function Controls({
  session: { id, name, status },
  onDone,
}: {
  session: SessionDetails
  onDone: () => void
}) {
  const [question, setQuestion] = useState<Question>()
  const ask = useAction(async (api, what: 'start' | 'stop' | 'restart') => {
    await api.post(at`/api/sessions/${id}/${what}`)
    onDone()
  })
  const isDown = status === 'inactive' || status === 'disconnected'
  const close = () => setQuestion(undefined)

  return (
    <>
      {isDown && (
        <Button kind="main" isBusy={ask.isBusy} onPress={() => void ask.run('start')}>
          Start
        </Button>
      )}
      {status !== 'inactive' && (
        <>
          <Button isBusy={ask.isBusy} onPress={() => void ask.run('restart')}>
            Restart
          </Button>
          <Button isBusy={ask.isBusy} onPress={() => void ask.run('stop')}>
            Stop
          </Button>
        </>
      )}
      <Button onPress={() => setQuestion('logout')}>Log out</Button>
      <Button kind="danger" onPress={() => setQuestion('delete')}>
        Delete
      </Button>
      <Problem error={ask.error} />
      {question === 'logout' && (
        <Confirm
          title={`Log out ${name}?`}
          verb="Log out"
          onClose={close}
          act={async (api) => {
            await api.post(at`/api/sessions/${id}/logout`)
            onDone()
          }}
        >
          The phone drops this device from its linked devices. To use the session again, its code has to be
          scanned anew.
        </Confirm>
      )}
      {question === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          onClose={close}
          act={async (api) => {
            await api.delete(at`/api/sessions/${id}`)
            go('sessions')
          }}
        >
          The session, its chats and its messages here are gone for good. What is on the phone stays.
        </Confirm>
      )}
    </>
  )
}
