/** Who follows a channel is told of a post, of what has become of it, and of what has come of it. */
import { proto } from '@whiskeysockets/baileys'
import { deliver } from '../delivery/deliver.ts'
import type { Companion } from '../people/companions.ts'
import { describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { addressKey } from '../wire/jids.ts'
import { type BinaryNode, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Channel, countsOf, type Post } from './channels.ts'

/**
 * What `edit` says of a post that is changed. The stanza has the id of the post then, and its new content, or nothing
 * (whatsmeow, `sendNewsletter`).
 */
export const EDITED = '3'
export const DELETED = '8'

export function tell(world: World, channel: Channel, post: Post, except?: Companion) {
  const message = proto.Message.decode(post.message)
  world.letters.keep(post.id, channel.owner, message, channel.id)
  for (const person of followersOf(world, channel)) {
    if (person.lid !== channel.owner) show(world, person, channel, post)
    for (const companion of world.companions.of(person)) {
      if (except && addressKey(companion) === addressKey(except)) continue
      const isSender = person.lid === channel.owner ? 'true' : undefined
      const attrs = { from: channel.id, t: seconds(post.at), is_sender: isSender, ...named(post) }
      deliver(world, companion, node('message', attrs, contentOf(post)))
    }
  }
}

/** On the follower's phone. */
function show(world: World, { lid }: Person, channel: Channel, post: Post) {
  const { id, isDeleted, editedAt } = post
  const content = describe(proto.Message.decode(post.message))
  if (isDeleted) world.inbox.revise(lid, id, { type: 'deleted' })
  else if (content && editedAt) world.inbox.revise(lid, id, { ...content, edited: true })
  else if (content) world.inbox.add({ owner: lid, id, from: channel.id, to: channel.id, content })
}

/** As many times as it was given: every follower hears of the counts, nobody of who it was. */
export function tellCounts(world: World, channel: Channel, post: Post) {
  for (const person of followersOf(world, channel))
    for (const companion of world.companions.of(person)) {
      const attrs = { from: channel.id, type: 'newsletter', id: stanzaId(), t: seconds() }
      const messages = node('messages', { jid: channel.id, t: seconds() }, [countsNode(post)])
      deliver(world, companion, node('notification', attrs, [node('live_updates', {}, [messages])]))
    }
}

const followersOf = (world: World, channel: Channel): Person[] =>
  channel.followers.flatMap((lid) => world.people.withLid(lid) ?? [])

const named = ({ id, serverId, type, editedAt, isDeleted }: Post) => ({
  id,
  server_id: String(serverId),
  type,
  edit: isDeleted ? DELETED : editedAt ? EDITED : undefined,
})

/** What it says; of an edited one with both times (whatsmeow, `NewsletterMessageMeta`), of a deleted one nothing. */
function contentOf({ message, at, editedAt, isDeleted }: Post): BinaryNode[] {
  if (isDeleted) return [node('plaintext', {})]
  const times = { msg_edit_t: String(editedAt), original_msg_t: seconds(at) }
  return [node('plaintext', {}, message), ...(editedAt ? [node('meta', times)] : [])]
}

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
  const parts = Array.isArray(counts.content) && !post.isDeleted ? counts.content : []
  return { ...counts, content: [...contentOf(post), ...parts] }
}
