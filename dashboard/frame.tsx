/** What stays while pages change: the name, where one can go, and the way out. */
import type { ComponentChildren } from 'preact'
import { Connectors } from './connectors/connectors.tsx'
import { Analytics } from './conversations/analytics.tsx'
import { ConversationPage } from './conversations/conversation.tsx'
import { Conversations } from './conversations/list.tsx'
import { hrefOf, type Route, useRoute } from './route.ts'
import { Sessions } from './sessions/list.tsx'
import { SessionPage } from './sessions/page.tsx'
import { Button } from './ui/button.tsx'
import { Empty } from './ui/notice.tsx'
import { PageHead } from './ui/page.tsx'
import { Webhooks } from './webhooks/list.tsx'
import { WebhookPage } from './webhooks/webhook.tsx'

const PLACES: [string, string][] = [
  ['sessions', 'Sessions'],
  ['conversations', 'Conversations'],
  ['webhooks', 'Webhooks'],
  ['connectors', 'Connectors'],
]

export function Frame({ onLeave }: { onLeave: () => void }) {
  const route = useRoute()
  const [place = 'sessions'] = route
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        Skip to content
      </button>
      <nav aria-label="Main">
        <span class="brand">
          <img src="icon.svg" alt="" width="28" height="28" /> Linekeeper
        </span>
        <ul>
          {PLACES.map(([name, label]) => (
            <li key={name}>
              <a href={hrefOf(name)} aria-current={name === place ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
        <div class="foot">
          <a href="docs">API reference</a>
          <Button onPress={onLeave}>Sign out</Button>
        </div>
      </nav>
      <main key={route.slice(0, 2).join('/')}>{pageAt(route)}</main>
    </div>
  )
}

function pageAt([place = 'sessions', id, part, more, ...rest]: Route): ComponentChildren {
  if (rest.length === 0)
    switch (place) {
      case 'sessions':
        return id ? <SessionPage id={id} part={part} chatId={more} /> : <Sessions />
      case 'conversations':
        return id === 'figures' ? <Analytics /> : id ? <ConversationPage id={id} /> : <Conversations />
      case 'webhooks':
        return id && part ? <WebhookPage scope={id} id={part} /> : <Webhooks scope={id ?? 'account'} />
      case 'connectors':
        return <Connectors />
    }
  return (
    <>
      <PageHead title="There is nothing here" />
      <Empty>
        Go to <a href={hrefOf('sessions')}>sessions</a>.
      </Empty>
    </>
  )
}
