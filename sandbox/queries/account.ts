/** The small queries about the account itself, and the client's wish to have its messages. */
import { deliverBacklog } from '../delivery/deliver.ts'
import { giveToken } from '../delivery/standing.ts'
import { welcome } from '../delivery/welcome.ts'
import { urlOf } from '../media/files.ts'
import { linkByCode } from '../pairing/code.ts'
import { forgetCompanion } from '../pairing/unlink.ts'
import { keepPicture, tellOfPicture } from '../people/pictures.ts'
import { lidJid, parseJid } from '../wire/jids.ts'
import { bytesOf, childrenOf, node, textOf } from '../wire/nodes.ts'
import { type Query, reply, replyError } from './reply.ts'

/** `passive active`: from now on messages may come, those of the time before first. */
export async function passive(query: Query) {
  const { world, connection, subject } = query
  reply(query)
  if (subject?.tag !== 'active' || !connection.companion) return
  deliverBacklog(world, connection, connection.companion)
  await welcome(world, connection.companion)
}

export const ping = (query: Query) => reply(query)

/** Server properties: none is needed, but Baileys keeps the hash. */
export const props = (query: Query) => reply(query, node('props', { protocol: '1', hash: 'sandbox' }, []))

/** Kept by LID, as WhatsApp does. */
export function blocklist(query: Query) {
  const { world, connection, subject, iq } = query
  const person = connection.companion && world.people.withLid(connection.companion.lid)
  if (!person) return replyError(query, 401)
  if (iq.attrs.type === 'set' && subject) {
    const other = world.people.withJid(subject.attrs.jid ?? '')
    if (!other) return replyError(query, 404)
    const others = person.blocked.filter((lid) => lid !== other.lid)
    person.blocked = subject.attrs.action === 'block' ? [...others, other.lid] : others
    world.people.save(person)
  }
  reply(
    query,
    node(
      'list',
      {},
      person.blocked.map((lid) => node('item', { jid: lidJid(lid) })),
    ),
  )
}

/** The namespace `status`: the own about text. */
export function about(query: Query) {
  const { world, connection, subject } = query
  const person = connection.companion && world.people.withLid(connection.companion.lid)
  if (!person || !subject) return replyError(query, 400)
  person.about = textOf(subject)
  world.people.save(person)
  reply(query)
}

const PRIVACY = ['readreceipts', 'last', 'online', 'profile', 'status', 'groupadd', 'calladd']

/** Read receipts are on for everybody; otherwise Baileys would tell only its own phone what was read. */
export function privacy(query: Query) {
  if (query.iq.attrs.type !== 'get') {
    giveTokens(query)
    return reply(query)
  }
  const categories = PRIVACY.map((name) => node('category', { name, value: 'all' }))
  reply(query, node('privacy', {}, categories))
}

/** A client lets these people write to its owner. */
function giveTokens({ world, connection, subject }: Query) {
  const person = connection.companion && world.people.withLid(connection.companion.lid)
  if (subject?.tag !== 'tokens' || !person) return
  for (const { attrs } of childrenOf(subject, 'token')) {
    const other = world.people.withJid(attrs.jid ?? '')
    if (other) giveToken(world, person, other)
  }
}

/** Of a person or a group; whoever wants to see one gets its address at the media server. */
export async function picture(query: Query) {
  const { world, connection, iq, subject } = query
  const { companion } = connection
  const target = iq.attrs.target ?? (companion ? lidJid(companion.lid) : '')
  const person = world.people.withJid(target)
  const key = person?.lid ?? target
  if (iq.attrs.type === 'get') {
    const name = world.pictures.get(key)
    if (!name) return replyError(query, 404)
    return reply(query, node('picture', { id: '1', type: 'image', url: urlOf(world, 'image', name) }))
  }
  const owner = companion && world.people.withLid(companion.lid)
  if (!subject) {
    world.pictures.delete(key)
    if (owner) tellOfPicture(world, target, owner, false)
    return reply(query)
  }
  await keepPicture(world, key, bytesOf(subject))
  if (owner) tellOfPicture(world, target, owner, true)
  reply(query, node('picture', { id: '1' }))
}

/** The namespace `md`: a client links itself by code, or logs itself out. */
export function devices(query: Query) {
  const { world, connection, subject } = query
  const { companion } = connection
  if (subject?.tag === 'link_code_companion_reg') return linkByCode(query)
  if (subject?.tag !== 'remove-companion-device') {
    world.stats.unknownQuery(`md/${query.iq.attrs.type}/${subject?.tag}`)
    return reply(query)
  }
  if (!companion || parseJid(subject.attrs.jid ?? '')?.device !== companion.device)
    return replyError(query, 403)
  forgetCompanion(world, companion)
  reply(query)
  connection.active = false
  connection.close()
}
