/** Channels (WhatsApp calls them newsletters inside): who owns and follows them, and what was posted. Nothing is encrypted. */
import { randomBytes, randomInt } from 'node:crypto'
import { SandboxError } from '../error.ts'
import type { Person } from '../people/people.ts'
import type { Store } from '../store.ts'

export type Post = {
  /** The channel's own number of it, from 1. */
  serverId: number
  /** The message id. */
  id: string
  at: number
  type: string
  /** The encoded message. */
  message: Buffer
  /** An emoji for each LID that has reacted. */
  reactions: Record<string, string>
  views: number
  /** When it was edited last. */
  editedAt?: number
  /** It keeps its number; nothing else of it is shown. */
  isDeleted?: true
}
export type Channel = {
  /** `120363…@newsletter` */
  id: string
  name: string
  description: string
  createdAt: number
  inviteCode: string
  /** LIDs. The owner follows, too. */
  owner: string
  followers: string[]
  muted: string[]
  posts: Post[]
}
export type Channels = ReturnType<typeof openChannels>

export function openChannels(store: Store) {
  const table = store.table<Channel>('channels')
  const known = new Map(table.all().map((channel) => [channel.id, channel]))
  const save = (channel: Channel): Channel => {
    known.set(channel.id, channel)
    table.put(channel.id, channel)
    return channel
  }

  const change = (channel: Channel, { serverId }: Post, how: (post: Post) => Partial<Post>): Channel =>
    save({
      ...channel,
      posts: channel.posts.map((post) => (post.serverId === serverId ? { ...post, ...how(post) } : post)),
    })

  return {
    create: ({ lid }: Person, name: string, description = ''): Channel =>
      save({
        id: `120363${String(randomInt(1e12)).padStart(12, '0')}@newsletter`,
        name,
        description,
        createdAt: Date.now(),
        inviteCode: `0029Va${randomBytes(8).toString('hex')}`,
        owner: lid,
        followers: [lid],
        muted: [],
        posts: [],
      }),

    find: (id: string): Channel | undefined => known.get(id),
    withInvite: (code: string): Channel | undefined =>
      [...known.values()].find((channel) => channel.inviteCode === code),

    /** Throws CHANNEL_NOT_FOUND. */
    expect(id: string): Channel {
      const channel = known.get(id)
      if (!channel) throw new SandboxError('CHANNEL_NOT_FOUND', `There is no channel ${id}.`)
      return channel
    },

    followedBy: ({ lid }: { lid: string }): Channel[] =>
      [...known.values()].filter(({ followers }) => followers.includes(lid)),

    follow: (channel: Channel, { lid }: { lid: string }) =>
      save({ ...channel, followers: [...without(channel.followers, lid), lid] }),
    unfollow: (channel: Channel, { lid }: { lid: string }) =>
      save({ ...channel, followers: without(channel.followers, lid) }),
    mute: (channel: Channel, { lid }: { lid: string }, muted: boolean) =>
      save({
        ...channel,
        muted: muted ? [...without(channel.muted, lid), lid] : without(channel.muted, lid),
      }),

    post(channel: Channel, post: Pick<Post, 'id' | 'type' | 'message'>): Post {
      const serverId = (channel.posts.at(-1)?.serverId ?? 0) + 1
      const posted = { ...post, serverId, at: Date.now(), reactions: {}, views: 0 }
      save({ ...channel, posts: [...channel.posts, posted] })
      return posted
    },

    edit: (channel: Channel, post: Post, message: Buffer) =>
      change(channel, post, () => ({ message, editedAt: Date.now() })),
    retract: (channel: Channel, post: Post) => change(channel, post, () => ({ isDeleted: true })),

    /** Without an emoji the reaction is taken back. */
    react: (channel: Channel, post: Post, { lid }: { lid: string }, emoji: string | undefined) =>
      change(channel, post, ({ reactions: { [lid]: _, ...others } }) => ({
        reactions: emoji ? { ...others, [lid]: emoji } : others,
      })),

    save,
    delete(channel: Channel): void {
      known.delete(channel.id)
      table.delete(channel.id)
    },
    forget: () => known.clear(),
  }
}

/** What can be seen of it by now. */
export const postsIn = ({ posts }: Channel): Post[] => posts.filter(({ isDeleted }) => !isDeleted)

const without = (lids: string[], lid: string): string[] => lids.filter((one) => one !== lid)

/** How often each emoji was given. */
export const countsOf = ({ reactions }: Post): Map<string, number> =>
  Object.values(reactions).reduce(
    (counts, emoji) => counts.set(emoji, (counts.get(emoji) ?? 0) + 1),
    new Map(),
  )
