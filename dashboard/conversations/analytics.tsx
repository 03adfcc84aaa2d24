/** Conversations in figures: how many, how fast they were answered, what came of orders; by day and by hour. */
import { useState } from 'preact/hooks'
import type { Analytics as Figures } from '../api/types.ts'
import { useLoad } from '../api/use.ts'
import { hrefOf } from '../route.ts'
import { Bars } from '../ui/bars.tsx'
import { Shown } from '../ui/notice.tsx'
import { OneOf } from '../ui/one-of.tsx'
import { PageHead } from '../ui/page.tsx'
import { Facts, Panel } from '../ui/panel.tsx'
import { daysBefore, lasting } from '../ui/time.tsx'

const RANGES = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const

export function Analytics() {
  const [days, setDays] = useState<(typeof RANGES)[number][0]>('30')
  const figures = useLoad(days, async (api) => {
    const from = daysBefore(Number(days) - 1)
    const { analytics } = await api.get<{ analytics: Figures }>('/api/conversations/analytics', { from })
    return analytics
  })
  return (
    <>
      <PageHead title="Conversations in figures">
        <OneOf label="Range" options={RANGES} value={days} onChange={setDays} />
        <a class="button" href={hrefOf('conversations')}>
          Conversations
        </a>
      </PageHead>
      <Shown of={figures}>{(shown) => <Panels of={shown} />}</Shown>
    </>
  )
}

function Panels({
  of: { conversations, durations, messages, replies, agentReplies, orders, ...by },
}: {
  of: Figures
}) {
  const time = (milliseconds: number | null) => (milliseconds === null ? '–' : lasting(milliseconds))
  const rate = orders.completionRate
  return (
    <>
      <div class="columns three">
        <Panel title="Conversations">
          <Facts
            of={[
              ['Begun', conversations.started],
              ['Completed', conversations.completed],
              ['Expired', conversations.expired],
              ['Last on average', time(durations.averageMs)],
            ]}
          />
        </Panel>
        <Panel title="Replies">
          <Facts
            of={[
              ['Messages in, out', `${messages.inbound}, ${messages.outbound}`],
              ['First reply', time(replies.first.averageMs)],
              ['Any reply', time(replies.averageMs)],
              ['First one by a person', time(agentReplies.first.averageMs)],
            ]}
          />
        </Panel>
        <Panel title="Orders">
          <Facts
            of={[
              ['Understood', orders.started],
              ['Completed', orders.completed],
              ['Completion rate', rate === null ? '–' : `${Math.round(rate * 100)} %`],
            ]}
          />
        </Panel>
      </div>
      <Panel title="Messages by day">
        <Bars
          name="Messages by day"
          of={by.byDay.map(({ date, inbound, outbound }) => ({ label: date, values: [inbound, outbound] }))}
          series={['Received', 'Sent']}
        />
      </Panel>
      <div class="columns">
        <Panel title="Conversations by day">
          <Bars
            name="Conversations by day"
            of={by.byDay.map(({ date, started, orders }) => ({ label: date, values: [started, orders] }))}
            series={['Begun', 'Orders']}
          />
        </Panel>
        <Panel title="Messages by hour, UTC">
          <Bars
            name="Messages by hour of the day, UTC"
            of={by.byHour.map(({ hour, inbound, outbound }) => ({
              label: `${hour}:00`,
              values: [inbound, outbound],
            }))}
            series={['Received', 'Sent']}
          />
        </Panel>
      </div>
    </>
  )
}
