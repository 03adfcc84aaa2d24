/** Presence and typing: told to whoever listens right now, and forgotten. */
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import type { Connection } from '../wire/connection.ts'
import { isGroup, lidJid } from '../wire/jids.ts'
import { type BinaryNode, child, node } from '../wire/nodes.ts'
import type { World } from '../world.ts'

export type Typing = 'composing' | 'recording' | 'paused'

/** Whoever asks about a phone hears that its owner is there. */
export function takePresence(connection: Connection, presence: BinaryNode) {
  const { type, to } = presence.attrs
  if (type === 'available' || type === 'unavailable') connection.isOnline = type === 'available'
  if (type === 'subscribe') connection.send(node('presence', { from: to, type: 'available' }))
}

export function takeChatState(world: World, { companion }: Connection, state: BinaryNode) {
  const { to } = state.attrs
  const writer = companion && world.people.withLid(companion.lid)
  const what = child(state)
  if (to && writer && what) tell(world, writer, to, what, companion)
}

/** The person types, or stops to, in the chat with a person (by jid) or in a group. */
export function type(world: World, person: Person, to: string, state: Typing) {
  const what = state === 'recording' ? node('composing', { media: 'audio' }) : node(state)
  tell(world, person, to, what)
}

function tell(world: World, writer: Person, to: string, what: BinaryNode, except?: Companion) {
  const group = isGroup(to) ? world.groups.find(to) : undefined
  const peer = group ? undefined : world.people.withJid(to)
  const readers = group
    ? group.members.flatMap((member) => world.people.withLid(member.lid) ?? [])
    : peer
      ? [peer]
      : []
  const state = what.attrs.media === 'audio' ? 'recording' : what.tag
  for (const reader of readers)
    if (reader !== writer) world.sightings.active(reader, writer, group?.id ?? `+${writer.number}`, state)
  const me = lidJid(writer.lid)
  const attrs = group ? { from: group.id, participant: me } : { from: me }
  for (const companion of readers.flatMap((reader) => world.companions.of(reader))) {
    const connection = companion === except ? undefined : world.live.of(companion)
    if (connection?.active) connection.send(node('chatstate', attrs, [what]))
  }
}
