/** One session: how it is, what was said on it, and how it is set. */
import { at } from '../api/client.ts'
import type { SessionDetails } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { Chats } from '../chats/chats.tsx'
import { useLive } from '../live.ts'
import { hrefOf } from '../route.ts'
import { Shown } from '../ui/notice.tsx'
import { Liveness, PageHead } from '../ui/page.tsx'
import { StatusBadge } from '../ui/status.tsx'
import { Controls } from './controls.tsx'
import { Overview } from './overview.tsx'
import { SettingsForm } from './settings.tsx'

const PARTS = [
  ['', 'Overview'],
  ['chats', 'Chats'],
  ['settings', 'Settings'],
] as const

export function SessionPage({
  id,
  part = '',
  chatId,
}: {
  id: string
  part?: string | undefined
  chatId?: string | undefined
}) {
  const session = useLoad(id, async (api) => {
    const answer = await api.get<{ session: SessionDetails }>(at`/api/sessions/${id}`)
    return answer.session
  })
  const liveness = useLive([id], ['session.*'], { onEvent: session.reload, onFresh: session.reload })

  return (
    <Shown of={session}>
      {(shown) => (
        <>
          <PageHead
            title={shown.name}
            aside={
              <>
                <StatusBadge status={shown.status} />
                <Liveness state={liveness} />
              </>
            }
          >
            <Controls session={shown} onDone={session.reload} />
          </PageHead>
          <nav class="tabs" aria-label="Parts of the session">
            {PARTS.map(([name, label]) => (
              <a
                key={name}
                href={name ? hrefOf('sessions', id, name) : hrefOf('sessions', id)}
                aria-current={name === part ? 'page' : undefined}
              >
                {label}
              </a>
            ))}
          </nav>
          {part === 'chats' ? (
            <Chats session={shown} chatId={chatId} />
          ) : part === 'settings' ? (
            <SettingsForm session={shown} onSaved={session.reload} />
          ) : (
            <Overview session={shown} />
          )}
        </>
      )}
    </Shown>
  )
}
