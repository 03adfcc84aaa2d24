/** Conversations: what persons and lines say to each other until somebody completes it or nobody writes for a while. */
import { useState } from 'preact/hooks'
import type { Conversation, ConversationStatus, OrderDetails, Page } from '../api/types.ts'
import { useApi, useLoad } from '../api/use.ts'
import { hrefOf } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { useEvery } from '../ui/every.ts'
import { Empty, Shown } from '../ui/notice.tsx'
import { OneOf } from '../ui/one-of.tsx'
import { PageHead } from '../ui/page.tsx'
import { Ago } from '../ui/time.tsx'

const REFRESH_MS = 10_000
const FILTERS = [
  ['active', 'Active'],
  ['completed', 'Completed'],
  ['expired', 'Expired'],
] as const satisfies [ConversationStatus, string][]
type ConversationsPage = { conversations: Conversation[] } & Page

export function Conversations() {
  const api = useApi()
  const [status, setStatus] = useState<ConversationStatus>('active')
  const [older, setOlder] = useState<ConversationsPage>()
  const ask = { status, limit: 50 }
  const first = useLoad(status, (api) => api.get<ConversationsPage>('/api/conversations', ask))
  useEvery(REFRESH_MS, first.reload)
  const cursor = (older ?? first.data)?.nextCursor
  const more = async () => {
    if (!cursor) return
    const page = await api.get<ConversationsPage>('/api/conversations', { ...ask, cursor })
    setOlder((before) => ({
      ...page,
      conversations: [...(before?.conversations ?? []), ...page.conversations],
    }))
  }

  return (
    <>
      <PageHead title="Conversations">
        <OneOf
          label="Status"
          options={FILTERS}
          value={status}
          onChange={(next) => {
            setStatus(next)
            setOlder(undefined)
          }}
        />
        <a class="button" href={hrefOf('conversations', 'figures')}>
          Figures
        </a>
      </PageHead>
      <Shown of={first}>
        {({ conversations }) => {
          const all = [...conversations, ...(older?.conversations ?? [])]
          return all.length > 0 ? <Table conversations={all} /> : <Empty>There are none.</Empty>
        }}
      </Shown>
      {cursor && <Button onPress={() => void more()}>More</Button>}
    </>
  )
}

const Table = ({ conversations }: { conversations: Conversation[] }) => (
  <table>
    <caption class="hidden">Conversations</caption>
    <thead>
      <tr>
        <th scope="col">Person</th>
        <th scope="col">Order</th>
        <th scope="col">Channel</th>
        <th scope="col">Last activity</th>
        <th scope="col" class="number">
          Messages
        </th>
      </tr>
    </thead>
    <tbody>
      {conversations.map((one) => (
        <tr key={one.id}>
          <th scope="row">
            <a href={hrefOf('conversations', one.id)}>{personOf(one)}</a>
            {one.name && <small class="quiet">{one.phoneNumber}</small>}
          </th>
          <td data-label="Order">{inShort(one.orderDetails) || '–'}</td>
          <td data-label="Channel">
            {one.channel.type === 'twilio' ? `Twilio ${one.channel.number}` : 'Session'}
          </td>
          <td data-label="Last activity">
            <Ago at={one.lastActivity} />
          </td>
          <td data-label="Messages" class="number">
            {one.messageCount}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

export const personOf = ({ name, phoneNumber }: Pick<Conversation, 'name' | 'phoneNumber'>): string =>
  name ?? phoneNumber ?? 'Unknown number'

/** `5 × Product A, 2 kg × sugar` */
const inShort = (order: OrderDetails | null): string =>
  (order?.items ?? [])
    .map(({ quantity, unit, name }) => `${quantity}${unit ? ` ${unit}` : ''} × ${name}`)
    .join(', ')
