/** Endpoints come, change and go. Secrets come in or are made here, are shown to their owner once, and lie sealed. */
import { randomBytes } from 'node:crypto'
import type { EventFilter } from '../events/filter.ts'
import { iso } from '../platform/clock.ts'
import type { Store, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { Endpoint, endpointKey, endpointsOf, find, isOfFleet } from './endpoint.ts'
import { marking } from './listening.ts'
import { operating } from './operators.ts'
import type { RetryPolicy } from './policy.ts'
import { type Contents, newSecret, rotated, type Vault } from './vault.ts'
import { placeAt } from './work.ts'

export type Owner = Pick<Endpoint, 'accountId' | 'sessionId'>
export type Choices = {
  url: string
  description?: string | undefined
  events: EventFilter
  campaigns?: string[] | undefined
  active: boolean
  /** Whoever asks has admin rights. */
  isOperator?: boolean | undefined
  headers: Contents['headers']
  retries?: RetryPolicy | undefined
  /** Made here when absent. */
  secret?: string | undefined
}
type Parts = { store: Store; vault: Vault }

/** Of one session, and of an account as a whole. */
export const MOST = 20

/** @throws Fault WEBHOOK_LIMIT_REACHED, FORBIDDEN, SESSION_NOT_FOUND when its session was deleted meanwhile */
export async function create(
  { store, vault }: Parts,
  owner: Owner,
  choices: Choices,
): Promise<{ endpoint: Endpoint; secret: string }> {
  if ((await endpointsOf(store, owner)).length >= MOST)
    throw new Fault(
      'WEBHOOK_LIMIT_REACHED',
      `There may be ${MOST} webhooks for a session, and for an account.`,
      {
        details: { limit: MOST },
      },
    )
  const made = newEndpoint({ store, vault }, owner, `wh_${randomBytes(12).toString('hex')}`, choices)
  const failed = await store.transact([made.write, marking(owner, store.now()), ...telling(made.endpoint)])
  if (failed.length > 0) throw new Fault('SESSION_NOT_FOUND', 'Session not found')
  return made
}

function newEndpoint({ store, vault }: Parts, owner: Owner, id: string, choices: Choices) {
  const { secret = newSecret(), headers, isOperator = false, ...rest } = choices
  const now = store.now()
  const at = iso(now)
  const endpoint = Endpoint.parse({
    ...owner,
    ...rest,
    ...fleetOf(owner, choices.events, isOperator),
    id,
    sealed: vault.seal({ ...owner, id }, { secrets: [{ value: secret }], headers }),
    since: placeAt(now),
    createdAt: at,
    updatedAt: at,
  })
  const write: Write = {
    table: 'main',
    put: { ...endpointKey(endpoint), ...endpoint },
    condition: 'attribute_not_exists(pk)',
  }
  return { endpoint, secret, write }
}

/** @throws Fault FORBIDDEN when it asks for what it may not hear */
function fleetOf({ sessionId }: Owner, events: EventFilter, isOperator: boolean): { ofFleet?: true } {
  if (!events.some(isOfFleet)) return {}
  if (isOperator && !sessionId) return { ofFleet: true }
  throw new Fault(
    'FORBIDDEN',
    'Events of connectors are told to webhooks of an account, made with a token that has admin rights.',
  )
}

const telling = ({ ofFleet, accountId }: Pick<Endpoint, 'ofFleet' | 'accountId'>): Write[] =>
  ofFleet ? [operating(accountId)] : []

export type Changes = {
  url?: string | undefined
  events?: EventFilter | undefined
  campaigns?: string[] | null | undefined
  isOperator?: boolean | undefined
  active?: boolean | undefined
  headers?: Contents['headers'] | undefined
  description?: string | null | undefined
  retries?: RetryPolicy | null | undefined
  /** With `active`: whether what happened meanwhile is told, or only what happens from now on. */
  resumeFrom?: 'backlog' | 'now' | undefined
}

/** What is absent stays. @throws Fault WEBHOOK_NOT_FOUND, FORBIDDEN */
export async function change(
  { store, vault }: Parts,
  endpoint: Endpoint,
  changes: Changes,
): Promise<Endpoint> {
  const now = store.now()
  const update = updating().set('updatedAt', iso(now)).whereExists('pk')
  const { url, description, events, campaigns, active, headers, retries, resumeFrom } = changes
  if (url !== undefined) update.set('url', url)
  if (description !== undefined) update.setOrRemove('description', description || undefined)
  if (retries !== undefined) update.setOrRemove('retries', retries ?? undefined)
  if (campaigns !== undefined) update.setOrRemove('campaigns', campaigns ?? undefined)
  const isChanged = events !== undefined && events.join() !== endpoint.events.join()
  const fleet = isChanged ? fleetOf(endpoint, events, changes.isOperator ?? false) : {}
  if (isChanged)
    update
      .set('events', events)
      .set('former', { events: endpoint.events, until: placeAt(now) })
      .setOrRemove('ofFleet', fleet.ofFleet)
  if (headers) update.set('sealed', vault.seal(endpoint, { ...vault.open(endpoint), headers }))
  if (resumeFrom === 'now') update.set('since', placeAt(now))
  if (active !== undefined) update.set('active', active)
  if (active) {
    // Whoever switches it on, or mends its address, wants to see it tried now.
    // One that was down shows with one event that it answers; then all that waits is tried.
    update.remove('disabled', 'failingSince').set('restUntil', 0).set('rests', Math.min(endpoint.rests, 1))
  }
  const failed = await store.transact([
    { table: 'main', update: endpointKey(endpoint), set: update.build() },
    ...(active ? [marking(endpoint, now)] : []),
    ...telling({ ...endpoint, ...fleet }),
  ])
  if (failed.length > 0) throw notFound()
  return living(store, endpoint)
}

/** @returns the new secret; the one before is valid beside it until then (ms) */
export async function rotate(
  { store, vault }: Parts,
  endpoint: Endpoint,
  secret: string | undefined,
  until: number,
): Promise<string> {
  const value = secret ?? newSecret()
  const contents = rotated(vault.open(endpoint), value, until, store.now())
  const update = updating().set('sealed', vault.seal(endpoint, contents)).set('updatedAt', iso(store.now()))
  // Somebody else's change in between would be lost.
  update.whereExists('pk').where(`${update.name('sealed')} = ${update.value(endpoint.sealed)}`)
  if (await store.update('main', endpointKey(endpoint), update.build())) return value
  await living(store, endpoint)
  throw new Fault('SESSION_BUSY', 'The webhook is being changed by somebody else. Please try again.')
}

/** @throws Fault WEBHOOK_NOT_FOUND */
export async function living(store: Store, endpoint: Owner & Pick<Endpoint, 'id'>): Promise<Endpoint> {
  const found = await find(store, endpointKey(endpoint))
  if (!found) throw notFound()
  return found
}

export const notFound = () => new Fault('WEBHOOK_NOT_FOUND', 'Webhook not found')

/** The endpoint that a session has by its setting `webhookUrl`. */
const settingsId = (sessionId: string): string => `wh_${sessionId}`

/** The writes that make it what the setting says, to go with those of the session. `known` is what is there already. */
export function bySetting(
  parts: Parts,
  owner: { accountId: string; sessionId: string },
  webhookUrl: string | undefined,
  known: Endpoint | undefined,
): Write[] {
  const id = settingsId(owner.sessionId)
  if (!webhookUrl) return [{ table: 'main', remove: endpointKey({ ...owner, id }) }]
  if (known) {
    const { store } = parts
    const update = updating().set('url', webhookUrl).set('active', true).set('updatedAt', iso(store.now()))
    update.remove('disabled', 'failingSince').set('rests', 0).set('restUntil', 0).whereExists('pk')
    return [{ table: 'main', update: endpointKey(known), set: update.build() }]
  }
  const choices = { url: webhookUrl, events: ['*'], active: true, headers: [] }
  const description = 'By the setting webhookUrl of the session'
  return [newEndpoint(parts, owner, id, { ...choices, description }).write]
}

export const settingEndpoint = (
  store: Store,
  owner: { accountId: string; sessionId: string },
): Promise<Endpoint | undefined> => find(store, endpointKey({ ...owner, id: settingsId(owner.sessionId) }))
