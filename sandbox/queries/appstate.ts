/**
 * The namespace `w:sync:app:state`: devices of one person fetch and add patches. Every collection that was asked for
 * must be in the answer, or Baileys asks again in an endless loop.
 */
import { deliver } from '../delivery/deliver.ts'
import type { Companion } from '../people/companions.ts'
import { stanzaId } from '../wire/ids.ts'
import { at, attr, type BinaryNode, bytesOf, child, childrenOf, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Query, reply, replyError } from './reply.ts'

export function appState(query: Query) {
  const { world, connection, iq } = query
  const { companion } = connection
  if (!companion) return replyError(query, 401)
  const collections = childrenOf(at(iq, 'sync'), 'collection').map((collection) => {
    const patch = child(collection, 'patch')
    return patch ? append(world, companion, collection, bytesOf(patch)) : since(world, companion, collection)
  })
  reply(query, node('sync', {}, collections))
}

function since(world: World, { lid }: Companion, asked: BinaryNode): BinaryNode {
  const { name, version = '0' } = asked.attrs
  const { patches } = world.appStates.get(lid, attr(asked, 'name'))
  const missing = patches.filter((patch) => patch.version > Number(version))
  const content = missing.map((patch) => node('patch', {}, patch.bytes))
  const attrs = { name, version, has_more_patches: 'false' }
  return node('collection', attrs, content.length > 0 ? [node('patches', {}, content)] : undefined)
}

function append(world: World, companion: Companion, asked: BinaryNode, patch: Buffer): BinaryNode {
  const name = attr(asked, 'name')
  const version = String(world.appStates.append(companion.lid, name, patch))
  const collection = node('collection', { name, version })
  const person = world.people.withLid(companion.lid)
  for (const other of person ? world.companions.of(person) : []) {
    if (other.device === companion.device) continue
    const attrs = { from: SERVER, type: 'server_sync', id: stanzaId(), t: seconds() }
    deliver(world, other, node('notification', attrs, [collection]))
  }
  return collection
}
