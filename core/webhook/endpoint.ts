/**
 * An endpoint is an address that is told of events: those of one session, or all of an account. What its owner chose and
 * what its drain keeps lie in one item; neither overwrites the other, because each updates its own attributes.
 */
import * as z from 'zod'
import { campaignIn } from '../contract/campaign.ts'
import { EventFilter, wants } from '../events/filter.ts'
import { sessionPartition } from '../partition.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { allOf } from '../platform/pages.ts'
import { RetryPolicy } from './policy.ts'

/** How an endpoint came to stand still without its owner. `gone`: it answered 410; `failing`: for days. */
export const DisabledReason = z.enum(['gone', 'failing'])
export type DisabledReason = z.infer<typeof DisabledReason>

/** Why the last failure was one: a status, or the name of what went wrong. */
export const Failure = z.object({
  at: z.iso.datetime(),
  code: z.int().optional(),
  error: z.string().optional(),
})
export type Failure = z.infer<typeof Failure>

export const Endpoint = z.object({
  id: z.string(),
  accountId: z.string(),
  /** Absent for one that is told of everything in the account. */
  sessionId: z.string().optional(),
  url: z.string(),
  description: z.string().optional(),
  events: EventFilter,
  /** What was asked for until an event of that place, because what came before a change is told by what was chosen then. */
  former: z.object({ events: EventFilter, until: z.string() }).optional(),
  /** Of events that belong to a campaign only those of these; of all when absent. */
  campaigns: z.array(z.string()).optional(),
  /** It may be told of connectors: an operator made it. */
  ofFleet: z.boolean().optional(),
  active: z.boolean(),
  retries: RetryPolicy.optional(),
  /** Secrets and headers of its own: see vault.ts. */
  sealed: z.string(),
  /** The place in the log behind which it is told. */
  since: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  disabled: z.object({ at: z.iso.datetime(), reason: DisabledReason }).optional(),

  /** What its drain keeps: who drains it, and until when that holds (ms). */
  lease: z.string().optional(),
  leaseUntil: z.number().default(0),
  /** There was news while it was drained. */
  again: z.boolean().default(false),
  /** Failed requests in a row, and since when there was no other. */
  failures: z.int().default(0),
  failingSince: z.iso.datetime().optional(),
  /** How often in a row it was left alone because it was down, and until when it is (ms). */
  rests: z.int().default(0),
  restUntil: z.number().default(0),
  lastSuccessAt: z.iso.datetime().optional(),
  lastFailure: Failure.optional(),
  /** Its place among those that have something to do later. */
  listSk: z.string().optional(),
})
export type Endpoint = z.infer<typeof Endpoint>

export const WEBHOOK_PREFIX = 'WEBHOOK#'

/** With the session's own items, or with the account's; so an endpoint goes with its session. */
export const ownerPartition = ({
  accountId,
  sessionId,
}: Pick<Endpoint, 'accountId' | 'sessionId'>): string =>
  sessionId ? sessionPartition(sessionId) : `ACCOUNT#${accountId}`
export const endpointKey = (endpoint: Pick<Endpoint, 'accountId' | 'sessionId' | 'id'>): Key => ({
  pk: ownerPartition(endpoint),
  sk: `${WEBHOOK_PREFIX}${endpoint.id}`,
})

export const isResting = ({ restUntil }: Pick<Endpoint, 'restUntil'>, now: number): boolean => restUntil > now

type Choice = Pick<Endpoint, 'events' | 'former' | 'campaigns' | 'ofFleet'>

/** Whether it is told of an event of this type, and about this, at this place of the log. */
export function isWanted(
  { events, former, ...choice }: Choice,
  event: { id: string; type: string; payload: object },
): boolean {
  const filter = former && event.id < former.until ? former.events : events
  return mayHear({ events: filter, ...choice }, event.type) && isOfCampaign(choice, event)
}

/** By the type alone. What concerns the installation is told to those who name it, and whom an operator let. */
export const mayHear = ({ events, ofFleet }: Pick<Choice, 'events' | 'ofFleet'>, type: string): boolean =>
  type.startsWith(FLEET_PREFIX)
    ? ofFleet === true && wants(events.filter(isOfFleet), type)
    : wants(events, type)

const FLEET_PREFIX = 'connector.'
export const isOfFleet = (pattern: string): boolean => pattern.startsWith(FLEET_PREFIX)

export const isOfCampaign = (
  { campaigns }: Pick<Choice, 'campaigns'>,
  event: { payload: object },
): boolean => {
  const about = campaignIn(event)
  return !campaigns || about === undefined || campaigns.includes(about)
}

/** Those of one session, or those of the account as a whole, in the order of their creation. */
export const endpointsOf = (
  store: Store,
  owner: Pick<Endpoint, 'accountId' | 'sessionId'>,
): Promise<Endpoint[]> => allOf(store, 'main', Endpoint, ownerPartition(owner), { prefix: WEBHOOK_PREFIX })

export const find = (store: Store, key: Key): Promise<Endpoint | undefined> =>
  store.get('main', Endpoint, key)
