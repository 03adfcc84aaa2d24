/** What a caller says of a session that is to be made, as it is stored: what is secret in it sealed, its webhook beside it. */
import * as z from 'zod'
import { isReadable, READABLE } from '#core/platform/readable.ts'
import type { Settings } from '#core/session.ts'
import type { NewSession } from '#core/sessions/index.ts'
import { bySetting } from '#core/webhook/manage.ts'
import type { Deps } from '../deps.ts'

export const Name = z
  .string()
  .trim()
  .max(100)
  .refine(isReadable, READABLE)
  .meta({ description: 'Display name' })
export const Description = z.string().trim().max(1_000)

export function newSession(
  { store, webhooks: { vault }, sealProxy }: Pick<Deps, 'store' | 'webhooks' | 'sealProxy'>,
  accountId: string,
  given: { name: string; description?: string | null | undefined; settings: Settings },
): Omit<NewSession, 'id' | 'device'> {
  const { name, description, settings } = given
  const { webhookUrl, proxy } = settings
  return {
    accountId,
    name,
    description: description || undefined,
    settings: { ...settings, proxy: proxy && sealProxy(accountId, proxy) },
    also: ({ id: sessionId }) =>
      webhookUrl ? bySetting({ store, vault }, { accountId, sessionId }, webhookUrl, undefined) : [],
  }
}
