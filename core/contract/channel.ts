/** Channels as WhatsApp shows them: what one is, and what was posted there. */
import * as z from 'zod'
import { Content } from './content.ts'
import { base } from './event-base.ts'

export const ChannelInfo = z.object({
  /** `<id>@newsletter` */
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
  followers: z.int().optional(),
  /** What stands behind `https://whatsapp.com/channel/` in its link. */
  inviteCode: z.string().optional(),
  verified: z.boolean(),
  picture: z.string().optional(),
  /** What we are there; `guest` does not follow it. */
  role: z.enum(['guest', 'follower', 'admin', 'owner']).optional(),
  muted: z.boolean().optional(),
})
export type ChannelInfo = z.infer<typeof ChannelInfo>

/** What has come of a post. Nobody is told who it was. */
export const ChannelCounts = z.object({
  /** The channel's own number of it. */
  serverId: z.string(),
  id: z.string().optional(),
  views: z.int().optional(),
  reactions: z.array(z.object({ emoji: z.string(), count: z.int() })),
})
export type ChannelCounts = z.infer<typeof ChannelCounts>

export const ChannelPost = z.object({
  ...ChannelCounts.shape,
  timestamp: z.iso.datetime().optional(),
  editedAt: z.iso.datetime().optional(),
  ...Content.shape,
})
export type ChannelPost = z.infer<typeof ChannelPost>

export const CHANNEL_EVENTS = [
  /** What has come of posts, while they are watched. */
  z.object({
    ...base,
    type: z.literal('channel.updated'),
    payload: z.object({ channelId: z.string(), posts: z.array(ChannelCounts) }),
  }),
  /** Another device of ours follows a channel now, or leaves it; this one does so when it is asked to. */
  z.object({ ...base, type: z.literal('channel.followed'), payload: z.object({ channel: ChannelInfo }) }),
  z.object({ ...base, type: z.literal('channel.unfollowed'), payload: z.object({ channelId: z.string() }) }),
  z.object({
    ...base,
    type: z.literal('channel.muted'),
    payload: z.object({ channelId: z.string(), muted: z.boolean() }),
  }),
] as const
