/**
 * What is told of a campaign: that it began, how far it is, what stands in its way and what is done about that, how it
 * ended. Its events stand in the log of the session that it sends through, and name it, so that whoever follows one
 * campaign hears of no other.
 */
import * as z from 'zod'
import { base } from './event-base.ts'

/** What it does at the moment. A session that dropped is brought back: restarted, then restored, then a person scans. */
export const CampaignStep = z.enum([
  'checking_session',
  'restarting_session',
  'restoring_session',
  'waiting_for_scan',
  'sending',
])
export type CampaignStep = z.infer<typeof CampaignStep>

/** Recipients. `sent` ones include those that were delivered, and those that were read; `waiting` ones are to come. */
export const CampaignCounts = z.object({
  total: z.int(),
  waiting: z.int(),
  sent: z.int(),
  delivered: z.int(),
  read: z.int(),
  failed: z.int(),
})
export type CampaignCounts = z.infer<typeof CampaignCounts>

const facts = {
  campaignId: z.string(),
  name: z.string(),
  counts: CampaignCounts,
  /** A sentence that can be shown. */
  summary: z.string(),
}
/** Why it does not go on, in a word, and what a person has to do where one has to. */
const trouble = { reason: z.string(), action: z.string().optional() }

export const CAMPAIGN_EVENTS = [
  z.object({ ...base, type: z.literal('campaign.started'), payload: z.object(facts) }),
  /** At most about once a second, and when the step changes. */
  z.object({
    ...base,
    type: z.literal('campaign.progress'),
    payload: z.object({ ...facts, step: CampaignStep }),
  }),
  z.object({ ...base, type: z.literal('campaign.paused'), payload: z.object({ ...facts, ...trouble }) }),
  z.object({ ...base, type: z.literal('campaign.resumed'), payload: z.object(facts) }),
  /** Every recipient was tried; `counts` says with what success. */
  z.object({ ...base, type: z.literal('campaign.completed'), payload: z.object(facts) }),
  /** It will not go on. */
  z.object({ ...base, type: z.literal('campaign.failed'), payload: z.object({ ...facts, ...trouble }) }),
] as const
export type CampaignEvent = z.infer<(typeof CAMPAIGN_EVENTS)[number]>

/** The campaign that an event is about, if it is about one. */
export const campaignIn = ({ payload }: { payload: object }): string | undefined => {
  const { campaignId } = payload as { campaignId?: unknown }
  return typeof campaignId === 'string' ? campaignId : undefined
}
