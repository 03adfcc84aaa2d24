/** A channel as WhatsApp describes it, in answers and in what it tells by itself, and as we do. */
import * as z from 'zod'
import type { ChannelInfo } from '#core/contract/channel.ts'
import { iso } from '#core/platform/clock.ts'

const Text = z.object({ text: z.string().nullish() }).nullish()
const Picture = z.object({ direct_path: z.string().nullish() }).nullish()
const Count = z.union([z.string(), z.number()]).nullish()

/** As far as we look at it. */
export const ChannelMetadata = z.object({
  id: z.string(),
  thread_metadata: z
    .object({
      name: Text,
      description: Text,
      creation_time: Count,
      subscribers_count: Count,
      invite: z.string().nullish(),
      verification: z.string().nullish(),
      picture: Picture,
      preview: Picture,
    })
    .nullish(),
  viewer_metadata: z.object({ mute: z.string().nullish(), role: z.string().nullish() }).nullish(),
})
export type ChannelMetadata = z.infer<typeof ChannelMetadata>

const PICTURES = 'https://mmg.whatsapp.net'

const ROLES: Record<string, ChannelInfo['role']> = {
  GUEST: 'guest',
  SUBSCRIBER: 'follower',
  ADMIN: 'admin',
  OWNER: 'owner',
}

/** WhatsApp writes `ON` and `OFF`, in either case. */
export const isOn = (text: string): boolean => text.toUpperCase() === 'ON'

export function channelInfo({ id, thread_metadata, viewer_metadata: viewer }: ChannelMetadata): ChannelInfo {
  const { name, description, creation_time, subscribers_count, invite, verification, picture, preview } =
    thread_metadata ?? {}
  const created = Number(creation_time ?? 0)
  const path = picture?.direct_path || preview?.direct_path
  const role = ROLES[viewer?.role?.toUpperCase() ?? '']
  return {
    id,
    name: name?.text ?? '',
    ...(description?.text ? { description: description.text } : {}),
    ...(created > 0 ? { createdAt: iso(created * 1_000) } : {}),
    ...(subscribers_count == null ? {} : { followers: Number(subscribers_count) || 0 }),
    ...(invite ? { inviteCode: invite } : {}),
    verified: verification?.toUpperCase() === 'VERIFIED',
    ...(path ? { picture: `${PICTURES}${path}` } : {}),
    ...(role ? { role } : {}),
    ...(viewer?.mute ? { muted: isOn(viewer.mute) } : {}),
  }
}
