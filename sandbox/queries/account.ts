/** The small queries about the account itself, and the client's wish to have its messages. */
import { deliverBacklog } from '../delivery/deliver.ts'
import { welcome } from '../delivery/welcome.ts'
import { forgetCompanion } from '../pairing/unlink.ts'
import { parseJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
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

export const blocklist = (query: Query) => reply(query, node('list', {}, []))

const PRIVACY = ['readreceipts', 'last', 'online', 'profile', 'status', 'groupadd', 'calladd']

/** Read receipts are on for everybody; otherwise Baileys would tell only its own phone what was read. */
export function privacy(query: Query) {
  if (query.iq.attrs.type !== 'get') return reply(query)
  const categories = PRIVACY.map((name) => node('category', { name, value: 'all' }))
  reply(query, node('privacy', {}, categories))
}

export const picture = (query: Query) =>
  query.iq.attrs.type === 'get' ? replyError(query, 404) : reply(query, node('picture', { id: '1' }))

/** The namespace `md`: a device logs itself out. Linking by code comes with a later issue. */
export function devices(query: Query) {
  const { world, connection, subject } = query
  const { companion } = connection
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

const REACHOUT = 'xwa2_fetch_account_reachout_timelock'

/** GraphQL over `w:mex`: Baileys asks here whether the account is restricted, after a message was refused with 463. */
export function graphql(query: Query) {
  const restricted = query.world.faults.isActive('restrict', query.connection.companion?.number)
  const data = {
    [REACHOUT]: { is_active: restricted, time_enforcement_ends: '0', enforcement_type: 'DEFAULT' },
  }
  reply(query, node('result', {}, Buffer.from(JSON.stringify({ data }))))
}
