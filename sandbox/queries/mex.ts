/**
 * GraphQL over `w:mex`: a query is known by a number, and answered under a name. The numbers are those of WhatsApp Web;
 * Baileys has most of them, and the list of followed channels is asked for as whatsmeow does.
 */
import { QueryIds, XWAPaths } from '@whiskeysockets/baileys'
import type { Channel } from '../channels/channels.ts'
import { follow, mute, unfollow } from '../channels/following.ts'
import { metadata } from '../channels/metadata.ts'
import { standingOf } from '../delivery/standing.ts'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { attr, node, textOf } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { type Query, reply, replyError } from './reply.ts'

type Variables = {
  newsletter_id?: string
  input?: { key?: string; type?: string; name?: string; description?: string | null }
  updates?: { name?: string; description?: string }
}
type Asking = {
  world: World
  person: Person
  /** The device that asks; what it does, the others of the person are told. */
  by: Companion
  variables: Variables
  /** The one that is asked about. Throws Missing. */
  channel(): Channel
}

const FOLLOWED = '6388546374527196'

/** What the server says of a channel that is not there. */
class Missing extends Error {
  override readonly name = 'Missing'
}

export function graphql(query: Query) {
  const { world, connection, subject } = query
  const by = connection.companion
  const person = by && world.people.withLid(by.lid)
  if (!by || !person || !subject) return replyError(query, 401)
  const id = attr(subject, 'query_id')
  const known = ANSWERS[id]
  const { variables = {} } = JSON.parse(textOf(subject)) as { variables?: Variables }
  if (!known) world.stats.unknownQuery(`w:mex/${id}`)
  try {
    const [path, give] = known ?? ['unknown', () => ({})]
    const data = {
      [path]: give({ world, person, by, variables, channel: () => theChannel(world, variables) }),
    }
    answer(query, { data })
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    answer(query, {
      errors: [{ message: 'Not Found', extensions: { error_code: 404, is_retryable: false } }],
    })
  }
}

const answer = (query: Query, body: object) =>
  reply(query, node('result', {}, Buffer.from(JSON.stringify(body))))

function theChannel(world: World, { newsletter_id, input }: Variables): Channel {
  const byInvite = input?.type === 'INVITE' ? world.channels.withInvite(input.key ?? '') : undefined
  const found = byInvite ?? world.channels.find(newsletter_id ?? input?.key ?? '')
  if (!found) throw new Missing()
  return found
}

const ANSWERS: Record<string, [path: string, give: (asking: Asking) => unknown]> = {
  [QueryIds.CREATE]: [
    XWAPaths.xwa2_newsletter_create,
    ({ world, person, variables: { input } }) =>
      metadata(world.channels.create(person, input?.name ?? '', input?.description ?? ''), person),
  ],
  [QueryIds.METADATA]: [
    XWAPaths.xwa2_newsletter_metadata,
    (asking) => metadata(asking.channel(), asking.person),
  ],
  [FOLLOWED]: [
    'xwa2_newsletter_subscribed',
    ({ world, person }) => world.channels.followedBy(person).map((channel) => metadata(channel, person)),
  ],
  [QueryIds.FOLLOW]: [
    XWAPaths.xwa2_newsletter_join_v2,
    ({ world, channel, person, by }) => metadata(follow(world, channel(), person, by), person),
  ],
  [QueryIds.UNFOLLOW]: [
    XWAPaths.xwa2_newsletter_leave_v2,
    ({ world, channel, person, by }) => metadata(unfollow(world, channel(), person, by), person),
  ],
  [QueryIds.MUTE]: [XWAPaths.xwa2_newsletter_mute_v2, (asking) => muted(asking, true)],
  [QueryIds.UNMUTE]: [XWAPaths.xwa2_newsletter_unmute_v2, (asking) => muted(asking, false)],
  [QueryIds.UPDATE_METADATA]: [
    'xwa2_newsletter_update',
    (asking) => metadata(asking.world.channels.save(changed(asking)), asking.person),
  ],
  [QueryIds.DELETE]: [
    XWAPaths.xwa2_newsletter_delete_v2,
    (asking) => {
      const channel = owned(asking)
      asking.world.channels.delete(channel)
      return { id: channel.id, state: { type: 'DELETED' } }
    },
  ],
  [QueryIds.REACHOUT_TIMELOCK]: [
    XWAPaths.xwa2_fetch_account_reachout_timelock,
    ({ world, person }) => standingOf(world, person.number),
  ],
}

const muted = ({ world, channel, person, by }: Asking, isMuted: boolean) =>
  metadata(mute(world, channel(), person, isMuted, by), person)

/** Only its owner may change it; to others it is as if it were not there. */
function owned({ channel, person }: Asking): Channel {
  const found = channel()
  if (found.owner !== person.lid) throw new Missing()
  return found
}

const changed = (asking: Asking): Channel => {
  const { name, description } = asking.variables.updates ?? {}
  const channel = owned(asking)
  return { ...channel, name: name ?? channel.name, description: description ?? channel.description }
}
