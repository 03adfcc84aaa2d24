/**
 * Tells of connectors, in the log of the fleet and to the webhooks of operators: that this one came or left, which sessions
 * it took over, and which others were lost. Of several that see a loss one tells it.
 */
import { FLEET_LOG, type FleetEvent } from '#core/contract/fleet.ts'
import { type Fleet, losing } from '#core/lease.ts'
import { commit } from '#core/log.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Store } from '#core/platform/dynamo.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Retention } from '#core/retention.ts'
import { newsTeller } from '#core/webhook/queues.ts'
import type { Appender } from './appender.ts'

type Parts = {
  id: string
  startedAt: number
  store: Store
  retention: Retention
  appender: Pick<Appender, 'append'>
  /** Takes logs that webhooks shall hear of. */
  webhooks: Jobs | undefined
  newEventId(): string
  now: Clock
  log: Log
}
type News = {
  [T in FleetEvent['type']]: Pick<Extract<FleetEvent, { type: T }>, 'type' | 'payload'>
}[FleetEvent['type']]

export function fleetTeller({
  id,
  startedAt,
  store,
  retention,
  appender,
  webhooks,
  newEventId,
  now,
  log,
}: Parts) {
  const self = { connectorId: id, startedAt: iso(startedAt) }
  const eventOf = (news: News): FleetEvent => ({
    id: newEventId(),
    ...FLEET_LOG,
    timestamp: iso(now()),
    ...news,
  })
  const { accountId, sessionId: stream } = FLEET_LOG
  const tell = (type: FleetEvent['type']) =>
    webhooks &&
    newsTeller(webhooks)([{ accountId, stream, types: [type] }]).catch((err: unknown) =>
      log.warn({ err, type }, 'webhooks were not told of a connector; the timed job finds it in the log'),
    )
  const note = async (news: News): Promise<void> => {
    await appender.append(stream, [eventOf(news)])
    await tell(news.type)
  }

  const lost = async (one: Fleet['connectors'][number]): Promise<void> => {
    const { id: connectorId, startedAt: since, beatAt: lastBeatAt, sessions } = one
    const payload = { connectorId, startedAt: since, lastBeatAt, sessions }
    const event = eventOf({ type: 'connector.lost', payload })
    if ((await commit(store, retention, [event], [losing(one)])).length === 0) await tell(event.type)
  }

  return {
    joined: (): Promise<void> => note({ type: 'connector.joined', payload: self }),
    left: (): Promise<void> => note({ type: 'connector.left', payload: self }),
    handedOver: (payload: Extract<News, { type: 'connector.handover' }>['payload']): Promise<void> =>
      note({ type: 'connector.handover', payload }),
    /** Looks whether somebody was lost. */
    look({ connectors }: Fleet): void {
      for (const one of connectors)
        if (!one.alive && one.id !== id && one.lostUntil !== one.until)
          lost(one).catch((err: unknown) =>
            log.warn({ err, connectorId: one.id }, 'a loss could not be told; the next look tells it'),
          )
    },
  }
}
