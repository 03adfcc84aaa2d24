/**
 * How accounts stand. Whoever writes to somebody gives them a token that lets them write back; the fault `restrict` keeps
 * an account from writing to people who have given it none, as WhatsApp's reach-out time lock does, and its companions
 * are told of the beginning and the end. What was given and told is kept in memory: after a restart it is given again.
 */
import { createHash } from 'node:crypto'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { addressKey, isGroup, lidJid, pnJid, STATUS } from '../wire/jids.ts'
import { type BinaryNode, bytesOf, child, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'

export type Standings = { given: Set<string>; told: Set<string> }
export const noStandings = (): Standings => ({ given: new Set(), told: new Set() })

/** Lets `to` write to `from`. */
export function giveToken(world: World, from: Person, to: Person) {
  for (const companion of from === to ? [] : world.companions.of(to)) {
    const name = `${from.lid} ${addressKey(companion)}`
    if (world.standings.given.has(name)) continue
    world.standings.given.add(name)
    const attrs = {
      from: lidJid(from.lid),
      sender_lid: lidJid(from.lid),
      type: 'privacy_token',
      id: stanzaId(),
      t: seconds(),
    }
    const token = { jid: pnJid(to.number), type: 'trusted_contact', t: seconds() }
    const tokens = node('tokens', {}, [node('token', token, tokenOf(from, to))])
    deliver(world, companion, node('notification', attrs, [tokens]))
  }
}

/** Whether the fault `restrict` stops this message. */
export function isStopped(world: World, from: Companion, stanza: BinaryNode): boolean {
  const { to = '', category } = stanza.attrs
  if (category === 'peer' || !world.faults.isActive('restrict', from.number)) return false
  if (isGroup(to) || to === STATUS) return false
  const [person, recipient] = [world.people.withLid(from.lid), world.people.withJid(to)]
  if (!person || person === recipient) return false
  const token = child(stanza, 'tctoken')
  return !recipient || !token || !bytesOf(token).equals(tokenOf(recipient, person))
}

/** What WhatsApp says about an account, in answer to a question or by itself. */
export function standingOf(world: World, number: string | undefined) {
  const fault = world.faults.find('restrict', number)
  const ends = fault?.endsAt ? Math.ceil(Date.parse(fault.endsAt) / 1000).toString() : '0'
  return { is_active: Boolean(fault), time_enforcement_ends: ends, enforcement_type: 'DEFAULT' }
}

/** Faults may have begun or ended: whom that concerns is told, unless they are silent. */
export function tellStandings(world: World) {
  const { told } = world.standings
  for (const companion of world.companions.all()) {
    const fault = world.faults.find('restrict', companion.number)
    const isRestricted = fault !== undefined && !fault.silent
    const key = addressKey(companion)
    if (isRestricted === told.has(key)) continue
    if (isRestricted) told.add(key)
    else told.delete(key)
    const data = { xwa2_notify_account_reachout_timelock: standingOf(world, companion.number) }
    const update = node(
      'update',
      { op_name: 'NotificationUserReachoutTimelockUpdate' },
      Buffer.from(JSON.stringify({ data })),
    )
    const attrs = { from: SERVER, type: 'mex', id: stanzaId(), t: seconds() }
    deliver(world, companion, node('notification', attrs, [update]))
  }
}

/** What `person` has given to `other`. */
const tokenOf = (person: Person, other: Person): Buffer =>
  createHash('sha256').update(`${person.lid} lets ${other.lid} write`).digest()

export function forgetStandings({ given, told }: Standings) {
  given.clear()
  told.clear()
}
