/**
 * One session per phone number, in all of the installation: whoever links a number first has it, until that session
 * loses its link or goes. What a session that has gone left behind is taken over, so a claim need not be given back.
 * A device that was brought and never connected proves nothing: it holds its number within its account alone.
 */
import * as z from 'zod'
import { iso } from '../platform/clock.ts'
import type { Key, Store, Write } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import type { Session } from '../session.ts'
import { find } from './find.ts'

export const Claim = z.object({ sessionId: z.string(), accountId: z.string(), at: z.iso.datetime() })
export type Claim = z.infer<typeof Claim>

export const numberKey = (phoneNumber: string): Key => ({ pk: `NUMBER#${phoneNumber}`, sk: 'NUMBER' })

/** How long a link may be under way before its session shows it, in ms. */
const LINKS_WITHIN = 120_000
const ATTEMPTS = 5

type Claimant = Pick<Session, 'id' | 'accountId'>

/**
 * @param phoneNumber E.164 with a plus
 * @returns who has it; undefined when it is the session's from now on
 */
export async function claimNumber(
  store: Store,
  session: Claimant,
  phoneNumber: string,
): Promise<Claim | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { seen, isHeld } = await lookAt(store, session, phoneNumber)
    if (seen?.sessionId === session.id) return
    if (seen && isHeld) return seen
    const failed = await store.transact([claiming(session, phoneNumber, store.now(), seen)])
    if (failed.length === 0) return
  }
  throw new Fault('SESSION_BUSY', 'This number is being linked by somebody else at the moment.')
}

/** Who has a number, or had it. @param claimant who wants it */
export async function lookAt(
  store: Store,
  claimant: Pick<Session, 'accountId'>,
  phoneNumber: string,
): Promise<{ seen: Claim | undefined; isHeld: boolean }> {
  const seen = await store.get('main', Claim, numberKey(phoneNumber))
  return { seen, isHeld: seen !== undefined && (await isValid(store, seen, claimant, phoneNumber)) }
}

/** The write that takes a number, given who had it when that was looked at. */
export function claiming(
  { id: sessionId, accountId }: Claimant,
  phoneNumber: string,
  now: number,
  seen: Claim | undefined,
): Write {
  return {
    table: 'main',
    put: { ...numberKey(phoneNumber), sessionId, accountId, at: iso(now) },
    ...(seen
      ? { condition: 'sessionId = :seen', values: { ':seen': seen.sessionId } }
      : { condition: 'attribute_not_exists(pk)' }),
  }
}

/** Gives it back, when it is the session's. */
export async function releaseNumber(
  store: Store,
  { id }: Pick<Session, 'id'>,
  phoneNumber: string,
): Promise<void> {
  const condition = 'sessionId = :id'
  await store.transact([{ table: 'main', remove: numberKey(phoneNumber), condition, values: { ':id': id } }])
}

async function isValid(
  store: Store,
  { sessionId, at }: Claim,
  claimant: Pick<Session, 'accountId'>,
  phoneNumber: string,
): Promise<boolean> {
  const holder = await find(store, sessionId)
  if (!holder || holder.deletedAt) return false
  const { linked, phoneNumber: own, connectedAt } = holder.state
  const isProven = !holder.brought || connectedAt !== undefined
  if (!isProven && holder.accountId !== claimant.accountId) return false
  return (linked && own === phoneNumber) || Date.parse(at) > store.now() - LINKS_WITHIN
}

/** @param session that wanted the number; the other one is named to its own account alone */
export const adviceOnTaken = (other: Claim, { accountId }: Pick<Session, 'accountId'>): string =>
  other.accountId === accountId
    ? `This number is linked to the session ${other.sessionId} already. Use that one, or log it out before you link the number anew`
    : 'This number is linked to another session already. Remove that device on the phone before you link the number anew'
