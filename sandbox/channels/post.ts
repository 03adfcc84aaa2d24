/** Something is posted in a channel, edited or deleted there, on the owner's phone or by a companion of it. */
import { normalizeMessageContent, proto } from '@whiskeysockets/baileys'
import { stanzaType } from '../delivery/stanza-type.ts'
import { SandboxError } from '../error.ts'
import type { Companion } from '../people/companions.ts'
import { describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { phoneMessageId } from '../wire/ids.ts'
import { attr, type BinaryNode, bytesOf, child } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import type { Channel, Post } from './channels.ts'
import { DELETED, EDITED, tell, tellCounts } from './tell.ts'

const { Type } = proto.Message.ProtocolMessage

/** The owner types on the phone, or changes what stands there. Throws NOT_A_PARTICIPANT, MESSAGE_NOT_FOUND. */
export function postFromPhone(world: World, from: Person, channel: Channel, message: proto.IMessage): string {
  if (channel.owner !== from.lid)
    throw new SandboxError('NOT_A_PARTICIPANT', `+${from.number} does not own the channel ${channel.id}.`)
  const { protocolMessage } = normalizeMessageContent(message) ?? {}
  if (!protocolMessage) {
    const id = phoneMessageId()
    tell(world, channel, world.channels.post(channel, { id, type: stanzaType(message), ...encoded(message) }))
    return id
  }
  const id = protocolMessage.key?.id ?? ''
  const { type, editedMessage } = protocolMessage
  const post = visible(channel, id)
  if (!post)
    throw new SandboxError('MESSAGE_NOT_FOUND', `There is no post ${id} in the channel ${channel.id}.`)
  if (type === Type.REVOKE) retract(world, channel, post)
  else edit(world, channel, post, encoded(rewritten(post, editedMessage ?? {})).message)
  return id
}

/** An edited post is told whole: of one with a file, the file under its new words. */
function rewritten(post: Post, edited: proto.IMessage): proto.IMessage {
  const message = proto.Message.decode(post.message)
  const file = message.imageMessage ?? message.videoMessage ?? message.documentMessage
  if (!file) return edited
  file.caption = describe(edited)?.text ?? null
  return message
}

/** A companion posts, changes a post or reacts. @returns what the acknowledgement says of it */
export function takeFromCompanion(world: World, from: Companion, stanza: BinaryNode): Record<string, string> {
  const channel = world.channels.find(attr(stanza, 'to'))
  if (!channel) return { error: '404' }
  const reaction = child(stanza, 'reaction')
  if (reaction) return react(world, from, channel, Number(attr(stanza, 'server_id')), reaction)
  if (channel.owner !== from.lid) return { error: '403' }
  const plain = child(stanza, 'plaintext')
  if (!plain) return { error: '400' }
  if (stanza.attrs.edit) return changed(world, from, channel, stanza, plain)
  const [id, type] = [attr(stanza, 'id'), stanza.attrs.type ?? 'text']
  const known = channel.posts.find((post) => post.id === id)
  const post = known ?? world.channels.post(channel, { id, type, message: bytesOf(plain) })
  if (!known) tell(world, channel, post, from)
  return { server_id: String(post.serverId) }
}

/** What comes again is done already, and told to nobody. */
function changed(world: World, from: Companion, channel: Channel, stanza: BinaryNode, plain: BinaryNode) {
  const post = channel.posts.find(({ id }) => id === attr(stanza, 'id'))
  if (!post) return { error: '404' }
  const answer = { server_id: String(post.serverId) }
  if (stanza.attrs.edit === DELETED) {
    if (!post.isDeleted) retract(world, channel, post, from)
    return answer
  }
  if (stanza.attrs.edit !== EDITED) return { error: '400' }
  if (post.isDeleted) return { error: '404' }
  const message = bytesOf(plain)
  if (!post.message.equals(message)) edit(world, channel, post, message, from)
  return answer
}

function react(world: World, from: Companion, channel: Channel, serverId: number, reaction: BinaryNode) {
  const post = channel.posts.find((one) => one.serverId === serverId && !one.isDeleted)
  if (!post) return { error: '404' }
  const { posts } = world.channels.react(channel, post, from, reaction.attrs.code)
  for (const one of posts) if (one.serverId === serverId) tellCounts(world, channel, one)
  return {}
}

const edit = (world: World, channel: Channel, post: Post, message: Buffer, except?: Companion) =>
  tellOf(world, world.channels.edit(channel, post, message), post.id, except)

const retract = (world: World, channel: Channel, post: Post, except?: Companion) =>
  tellOf(world, world.channels.retract(channel, post), post.id, except)

function tellOf(world: World, channel: Channel, id: string, except?: Companion) {
  for (const post of channel.posts) if (post.id === id) tell(world, channel, post, except)
}

const encoded = (message: proto.IMessage) => ({
  message: Buffer.from(proto.Message.encode(message).finish()),
})

const visible = ({ posts }: Channel, id: string): Post | undefined =>
  posts.find((post) => post.id === id && !post.isDeleted)
