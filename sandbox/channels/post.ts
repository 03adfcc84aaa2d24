/** Something is posted in a channel: everybody who follows it gets it, as it is. */
import { proto } from '@whiskeysockets/baileys'
import { deliver } from '../delivery/deliver.ts'
import { stanzaType } from '../delivery/stanza-type.ts'
import { SandboxError } from '../error.ts'
import type { Companion } from '../people/companions.ts'
import { describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { phoneMessageId, stanzaId } from '../wire/ids.ts'
import { addressKey } from '../wire/jids.ts'
import { attr, type BinaryNode, bytesOf, child, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Channel, countsOf, type Post } from './channels.ts'

/** The owner types on the phone. Throws NOT_A_PARTICIPANT. */
export function postFromPhone(world: World, from: Person, channel: Channel, message: proto.IMessage): string {
  if (channel.owner !== from.lid)
    throw new SandboxError('NOT_A_PARTICIPANT', `+${from.number} does not own the channel ${channel.id}.`)
  const bytes = Buffer.from(proto.Message.encode(message).finish())
  const id = phoneMessageId()
  tell(world, channel, world.channels.post(channel, { id, type: stanzaType(message), message: bytes }))
  return id
}

/** A companion posts or reacts. @returns what the acknowledgement says of it */
export function takeFromCompanion(world: World, from: Companion, stanza: BinaryNode): Record<string, string> {
  const channel = world.channels.find(attr(stanza, 'to'))
  if (!channel) return { error: '404' }
  const reaction = child(stanza, 'reaction')
  if (reaction) return react(world, from, channel, Number(attr(stanza, 'server_id')), reaction)
  if (channel.owner !== from.lid) return { error: '403' }
  const plain = child(stanza, 'plaintext')
  if (!plain) return { error: '400' }
  const [id, type] = [attr(stanza, 'id'), stanza.attrs.type ?? 'text']
  const known = channel.posts.find((post) => post.id === id)
  const post = known ?? world.channels.post(channel, { id, type, message: bytesOf(plain) })
  if (!known) tell(world, channel, post, from)
  return { server_id: String(post.serverId) }
}

function react(world: World, from: Companion, channel: Channel, serverId: number, reaction: BinaryNode) {
  if (!channel.posts.some((post) => post.serverId === serverId)) return { error: '404' }
  world.channels.react(channel, serverId, from, reaction.attrs.code)
  const post = world.channels.expect(channel.id).posts.find((one) => one.serverId === serverId)
  if (post) tellCounts(world, channel, post)
  return {}
}

function tell(world: World, channel: Channel, post: Post, except?: Companion) {
  const content = describe(proto.Message.decode(post.message))
  world.letters.keep(post.id, channel.owner, proto.Message.decode(post.message), channel.id)
  for (const person of followersOf(world, channel)) {
    if (content && person.lid !== channel.owner)
      world.inbox.add({ owner: person.lid, id: post.id, from: channel.id, to: channel.id, content })
    for (const companion of world.companions.of(person)) {
      if (except && addressKey(companion) === addressKey(except)) continue
      const isSender = person.lid === channel.owner ? 'true' : undefined
      deliver(
        world,
        companion,
        node('message', { from: channel.id, t: seconds(post.at), is_sender: isSender, ...named(post) }, [
          node('plaintext', {}, post.message),
        ]),
      )
    }
  }
}

/** As many times as it was given: every follower hears of the counts, nobody of who it was. */
function tellCounts(world: World, channel: Channel, post: Post) {
  for (const person of followersOf(world, channel))
    for (const companion of world.companions.of(person)) {
      const attrs = { from: channel.id, type: 'newsletter', id: stanzaId(), t: seconds() }
      const messages = node('messages', { jid: channel.id, t: seconds() }, [countsNode(post)])
      deliver(world, companion, node('notification', attrs, [node('live_updates', {}, [messages])]))
    }
}

const followersOf = (world: World, channel: Channel): Person[] =>
  channel.followers.flatMap((lid) => world.people.withLid(lid) ?? [])

const named = ({ id, serverId, type }: Post) => ({ id, server_id: String(serverId), type })

/** What has come of a post: how often it was seen, and what it was given. */
export const countsNode = (post: Post): BinaryNode =>
  node('message', { ...named(post), t: seconds(post.at) }, [
    node('views_count', { count: String(post.views) }),
    node(
      'reactions',
      {},
      [...countsOf(post)].map(([code, count]) => node('reaction', { code, count: String(count) })),
    ),
  ])

/** A post, whole. */
export function postNode(post: Post): BinaryNode {
  const counts = countsNode(post)
  const parts = Array.isArray(counts.content) ? counts.content : []
  return { ...counts, content: [node('plaintext', {}, post.message), ...parts] }
}
