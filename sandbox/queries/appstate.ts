/**
 * The namespace `w:sync:app:state`: devices of one person fetch and add patches. Every collection that was asked for
 * must be in the answer, or Baileys asks again in an endless loop.
 */
import { appended } from '../delivery/sync.ts'
import type { Companion } from '../people/companions.ts'
import { at, attr, type BinaryNode, bytesOf, child, childrenOf, node } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { type Query, reply, replyError } from './reply.ts'

export async function appState(query: Query) {
  const { world, connection, iq } = query
  const { companion } = connection
  const person = companion && world.people.withLid(companion.lid)
  if (!companion || !person) return replyError(query, 401)
  const collections: BinaryNode[] = []
  for (const collection of childrenOf(at(iq, 'sync'), 'collection')) {
    const patch = child(collection, 'patch')
    collections.push(
      patch
        ? await appended(world, companion, person, {
            name: attr(collection, 'name'),
            patch: bytesOf(patch),
            over: Number(collection.attrs.version),
          })
        : since(world, companion, collection),
    )
  }
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
