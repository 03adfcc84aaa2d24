/** Somebody calls: the companions of the other side hear it ring, and may reject it. */
import type { Person } from '../people/people.ts'
import type { Connection } from '../wire/connection.ts'
import { stanzaId } from '../wire/ids.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { attr, type BinaryNode, child, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'

export type Call = { id: string; from: string; to: string; state: 'ringing' | 'rejected' | 'ended' }
/** By their ids. */
export type Calls = Map<string, Call>

export function ring(world: World, from: Person, to: Person, video: boolean): Call {
  const call: Call = { id: stanzaId(), from: from.number, to: to.number, state: 'ringing' }
  world.calls.set(call.id, call)
  const media = [node('audio', { enc: 'opus' }), ...(video ? [node('video', { enc: 'vp8' })] : [])]
  tell(world, from, to, node('offer', about(from, call), media))
  return call
}

export function hangUp(world: World, from: Person, to: Person, call: Call): Call {
  call.state = 'ended'
  tell(world, from, to, node('terminate', about(from, call)))
  return call
}

/** What a companion says about a call. */
export function takeCall(world: World, connection: Connection, stanza: BinaryNode): void {
  const what = child(stanza)
  const call = what && world.calls.get(what.attrs['call-id'] ?? '')
  if (call && what.tag === 'reject') call.state = 'rejected'
  connection.send(
    node('ack', {
      class: 'call',
      id: attr(stanza, 'id'),
      from: stanza.attrs.to,
      type: what?.tag,
      t: seconds(),
    }),
  )
}

const about = (from: Person, { id }: Call) => ({
  'call-id': id,
  'call-creator': lidJid(from.lid),
  caller_pn: pnJid(from.number),
})

/** A call that nobody hears is over: it does not wait for those who are away. */
function tell(world: World, from: Person, to: Person, what: BinaryNode): void {
  for (const companion of world.companions.of(to)) {
    const connection = world.live.of(companion)
    const attrs = { from: lidJid(from.lid), id: stanzaId(), t: seconds() }
    if (connection?.active) connection.send(node('call', attrs, [what]))
  }
}
