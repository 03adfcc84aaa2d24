/**
 * Tells how a campaign goes: an event in the log of its session, from where webhooks, live connections and streams have
 * it. Whoever runs campaigns calls this and nothing else; a store that tells (core/live/telling.ts) does the rest.
 */
import type { CampaignEvent } from '../contract/campaign.ts'
import type { Domain } from '../domain.ts'
import { append } from '../log.ts'
import { iso } from '../platform/clock.ts'
import type { Place } from './place.ts'

/** What is to be told, without what `place` says. */
export type CampaignNews = {
  [T in CampaignEvent['type']]: {
    type: T
    payload: Omit<Extract<CampaignEvent, { type: T }>['payload'], 'campaignId'>
  }
}[CampaignEvent['type']]

/** @param id of the event; whoever may have to repeat a call gives the same one again, and it is told once */
export async function tellCampaign(
  { store, retention, newEventId }: Pick<Domain, 'store' | 'retention' | 'newEventId'>,
  { campaignId, accountId, sessionId }: Place,
  { type, payload }: CampaignNews,
  id = newEventId(),
): Promise<void> {
  const about = { id, sessionId, accountId, timestamp: iso(store.now()) }
  const event = { ...about, type, payload: { ...payload, campaignId } } as CampaignEvent
  await append(store, retention, [event])
}
