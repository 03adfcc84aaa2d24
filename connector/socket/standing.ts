/**
 * How the account stands with WhatsApp, and who knows it. WhatsApp keeps accounts from writing to strangers ("reach-out
 * time lock", error 463); whom it counts as no stranger has given us a token ("tctoken"), as every client does when its
 * user writes to somebody. Source: Baileys 7.0.0-rc14, tc-token-utils.js and socket.js.
 */
import { jidNormalizedUser, type ReachoutTimelockState } from '@whiskeysockets/baileys'
import { isPerson } from '#core/jid.ts'
import type { Standing } from './rules.ts'
import type { WriteSet } from './write-set.ts'

/** WhatsApp's name for the usual reason; it says nothing. */
const USUAL = 'DEFAULT'
/** Tokens count for four weeks, each of which begins for everybody at the same time. */
const [WEEK_SECONDS, WEEKS] = [604_800, 4]

/** An end that is no time is none. */
export const standingOf = ({
  isActive = false,
  timeEnforcementEnds,
  enforcementType,
}: ReachoutTimelockState): Standing => ({
  isRestricted: isActive,
  ...(timeEnforcementEnds?.getTime() ? { until: timeEnforcementEnds.getTime() } : {}),
  ...(enforcementType && enforcementType !== USUAL ? { kind: enforcementType.toLowerCase() } : {}),
})

/**
 * Whether the recipient lets us write to it.
 * @param to a jid without device. Groups, channels and status updates are no strangers
 * @param lid the same person's, when it is known
 * @param own our jids, with or without device
 */
export function isTrusted(
  set: Pick<WriteSet, 'read'>,
  to: string,
  { lid, own, now }: { lid: string | undefined; own: (string | undefined)[]; now: number },
): boolean {
  if (!isPerson(to) || own.some((jid) => jidNormalizedUser(jid) === to)) return true
  return [lid, to].some((jid) => jid !== undefined && isValid(set.read('tctoken', jid), now))
}

function isValid(entry: unknown, now: number): boolean {
  const { token, timestamp } = (entry ?? {}) as { token?: Uint8Array; timestamp?: string | number }
  const first = Math.floor(now / 1000 / WEEK_SECONDS) - (WEEKS - 1)
  return Boolean(token?.length) && Number(timestamp) >= first * WEEK_SECONDS
}
