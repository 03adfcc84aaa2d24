/** One conversation: what was said, what the person wants, an answer, and its end. */
import { useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Conversation, ConversationMessage, Page } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { useLive } from '../live.ts'
import { hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { useEvery } from '../ui/every.ts'
import { Shown } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'
import { Facts, Panel } from '../ui/panel.tsx'
import { Badge } from '../ui/status.tsx'
import { Ago, lasting, When } from '../ui/time.tsx'
import { personOf } from './list.tsx'
import { Order } from './order.tsx'
import { Reply } from './reply.tsx'
import { Said } from './said.tsx'

/** What comes through Twilio stands in no session's log: it is looked for. */
const REFRESH_MS = 5_000
const BADGES = { active: 'good', completed: 'calm', expired: 'calm' } as const

export function ConversationPage({ id }: { id: string }) {
  const [isCompleting, setCompleting] = useState(false)
  const conversation = useLoad(id, async (api) => {
    const [{ conversation }, { messages }] = await Promise.all([
      api.get<{ conversation: Conversation }>(at`/api/conversations/${id}`),
      api.get<{ messages: ConversationMessage[] } & Page>(at`/api/conversations/${id}/messages`),
    ])
    return { ...conversation, messages: messages.toReversed() }
  })
  const { reload, data } = conversation
  const sessionIds = data?.channel.type === 'session' ? [data.channel.sessionId] : []
  useLive(sessionIds, ['conversation.*', 'message.status'], {
    onEvent({ payload }) {
      const isOurs = 'conversation' in payload && payload.conversation.id === id
      const isShown = 'messageId' in payload && data?.messages.some((one) => one.id === payload.messageId)
      if (isOurs || isShown) reload()
    },
    onFresh: reload,
  })
  useEvery(REFRESH_MS, () => {
    if (data?.channel.type === 'twilio') reload()
  })

  return (
    <Shown of={conversation}>
      {(shown) => (
        <>
          <PageHead title={personOf(shown)} aside={<Badge mood={BADGES[shown.status]}>{shown.status}</Badge>}>
            {shown.status === 'active' && <Button onPress={() => setCompleting(true)}>Complete</Button>}
          </PageHead>
          <div class="columns">
            <Panel title="Messages">
              <Said messages={shown.messages} />
              {shown.status === 'active' && <Reply id={id} onSent={reload} />}
            </Panel>
            <div class="stack">
              <Panel title="Order">
                <Order of={shown.orderDetails} />
              </Panel>
              <Panel title="Conversation">
                <About conversation={shown} />
              </Panel>
            </div>
          </div>
          {isCompleting && (
            <Confirm
              title="Complete this conversation?"
              verb="Complete"
              onClose={() => setCompleting(false)}
              act={async (api) => {
                await api.post(at`/api/conversations/${id}/complete`)
                reload()
              }}
            >
              The next message of the person begins another one.
            </Confirm>
          )}
        </>
      )}
    </Shown>
  )
}

function About({ conversation }: { conversation: Conversation }) {
  const { channel, context, expiresAt, endedAt } = conversation
  return (
    <Facts
      of={[
        ['Number', conversation.phoneNumber ?? '–'],
        [
          'Channel',
          channel.type === 'session' ? (
            <a href={hrefOf('sessions', channel.sessionId)}>Session</a>
          ) : (
            `Twilio ${channel.number}`
          ),
        ],
        ['Began', <When key="began" at={conversation.createdAt} />],
        ['Lasts', lasting(conversation.durationMs)],
        expiresAt
          ? ['Expires', <Ago key="expires" at={expiresAt} />]
          : ['Ended', endedAt && <When key="ended" at={endedAt} />],
        ...Object.entries(context).map(([name, value]): [string, string] => [name, inText(value)]),
      ]}
    />
  )
}

const inText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
