/** Webhooks of the whole account and those of one session have the same calls, under two addresses. */
import { at } from '../api/client.ts'

export const ACCOUNT = 'account'

/** @param scope `account`, or the id of a session */
export const pathOf = (scope: string): string =>
  scope === ACCOUNT ? '/api/webhooks' : at`/api/sessions/${scope}/webhooks`
