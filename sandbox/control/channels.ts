/** Channels, as far as they are driven from outside. */
import { proto } from '@whiskeysockets/baileys'
import type * as z from 'zod'
import { type Channel, countsOf, postsIn } from '../channels/channels.ts'
import { follow, mute, unfollow } from '../channels/following.ts'
import { describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import type { World } from '../world.ts'
import type { NewChannel } from './schemas.ts'

export type ChannelView = ReturnType<typeof viewOf>

export const channelControl = (
  world: World,
  person: (number: string) => Person,
  committed: <T>(result: T) => Promise<T>,
) => ({
  /** Its creator owns and follows it. */
  createChannel: ({ creator, name, description }: z.input<typeof NewChannel>): Promise<ChannelView> =>
    committed(viewOf(world, world.channels.create(person(creator), name, description))),

  /** Throws CHANNEL_NOT_FOUND. */
  channel: async (id: string): Promise<ChannelView> => viewOf(world, world.channels.expect(id)),

  /** On the phone. Throws CHANNEL_NOT_FOUND. */
  follow: async (number: string, id: string, off = false): Promise<ChannelView> =>
    committed(viewOf(world, (off ? unfollow : follow)(world, world.channels.expect(id), person(number)))),

  /** On the phone. Throws CHANNEL_NOT_FOUND. */
  muteChannel: async (number: string, id: string, off = false): Promise<ChannelView> =>
    committed(viewOf(world, mute(world, world.channels.expect(id), person(number), !off))),
})

const viewOf = (world: World, channel: Channel) => ({
  id: channel.id,
  name: channel.name,
  description: channel.description,
  inviteCode: channel.inviteCode,
  followers: channel.followers.map((lid) => `+${world.people.withLid(lid)?.number}`),
  messages: postsIn(channel).map((post) => ({
    id: post.id,
    serverId: post.serverId,
    ...describe(proto.Message.decode(post.message)),
    reactions: Object.fromEntries(countsOf(post)),
    ...(post.editedAt ? { edited: true } : {}),
  })),
})
