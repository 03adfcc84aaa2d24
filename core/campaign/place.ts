/**
 * Whose a campaign is, and in which session's log its events stand: made with the campaign, so that somebody can follow
 * it before it has told anything.
 */
import * as z from 'zod'
import type { Key, Store, Write } from '../platform/dynamo.ts'

export const CampaignId = z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a campaign')

export const Place = z.object({ campaignId: z.string(), accountId: z.string(), sessionId: z.string() })
export type Place = z.infer<typeof Place>

const keyOf = (campaignId: string): Key => ({ pk: `CAMPAIGN#${campaignId}`, sk: 'PLACE' })

/** To go into the transaction that makes the campaign, or moves it to another session. */
export const placing = (place: Place): Write => ({
  table: 'main',
  put: { ...keyOf(place.campaignId), ...place },
})

/** Those of these campaigns that there are; at most a hundred at a time. */
export async function placesOf(store: Store, campaignIds: string[]): Promise<Place[]> {
  const items = await store.getMany('main', campaignIds.map(keyOf))
  return items.map((item) => Place.parse(item))
}
