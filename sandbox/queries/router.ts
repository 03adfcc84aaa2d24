/**
 * Finds the answer to a query by its namespace. What nobody knows is answered with an empty result, which Baileys
 * accepts everywhere else, and counted, so that a new version's new questions are noticed.
 */
import { takeSignature } from '../pairing/scan.ts'
import type { Connection } from '../wire/connection.ts'
import { type BinaryNode, child } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { about, blocklist, devices, passive, picture, ping, privacy, props } from './account.ts'
import { appState } from './appstate.ts'
import { business } from './business.ts'
import { groups } from './groups.ts'
import { keys } from './keys.ts'
import { mediaConnection } from './media.ts'
import { graphql } from './mex.ts'
import { newsletter } from './newsletter.ts'
import { type Query, reply, replyError } from './reply.ts'
import { usync } from './usync.ts'

const ANSWERS: Record<string, (query: Query) => void | Promise<void>> = {
  encrypt: keys,
  passive,
  'w:p': ping,
  abt: props,
  blocklist,
  status: about,
  privacy,
  usync,
  'w:sync:app:state': appState,
  'w:g2': groups,
  'w:m': mediaConnection,
  'w:profile:picture': picture,
  'w:mex': graphql,
  'w:biz': business,
  newsletter,
  'urn:xmpp:whatsapp:dirty': ping,
  md: devices,
}

export async function answer(world: World, connection: Connection, iq: BinaryNode) {
  const { type, xmlns = '' } = iq.attrs
  const query: Query = { world, connection, iq, subject: child(iq) }
  if (type === 'result' || type === 'error') return takeResult(connection, iq)
  const known = ANSWERS[xmlns]
  if (!known) {
    world.stats.unknownQuery([xmlns, type, query.subject?.tag].filter(Boolean).join('/'))
    return reply(query)
  }
  try {
    await known(query)
  } catch (error) {
    world.stats.problem(`query ${xmlns}`, error)
    replyError(query, 400)
  }
}

function takeResult({ registration }: Connection, iq: BinaryNode) {
  if (registration?.offer && registration.offer.stanzaId === iq.attrs.id && child(iq, 'pair-device-sign'))
    takeSignature(registration, iq)
}
