/**
 * Somebody follows a channel, leaves it or mutes it, on the phone or on a companion. The person's other companions are
 * told by a notification of the type `mex`, in the form that whatsmeow reads (`handleMexNotification`).
 */
import { deliver } from '../delivery/deliver.ts'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import type { Channel } from './channels.ts'
import { metadata } from './metadata.ts'

export function follow(world: World, channel: Channel, person: Person, by?: Companion): Channel {
  const followed = world.channels.follow(channel, person)
  const about = { xwa2_notify_newsletter_on_join: metadata(followed, person) }
  tell(world, person, 'NotificationNewsletterJoin', about, by)
  return followed
}

export function unfollow(world: World, channel: Channel, person: Person, by?: Companion): Channel {
  const about = { xwa2_notify_newsletter_on_leave: { id: channel.id, role: 'GUEST' } }
  tell(world, person, 'NotificationNewsletterLeave', about, by)
  return world.channels.unfollow(channel, person)
}

export function mute(
  world: World,
  channel: Channel,
  person: Person,
  muted: boolean,
  by?: Companion,
): Channel {
  const about = { xwa2_notify_newsletter_on_mute_change: { id: channel.id, mute: muted ? 'ON' : 'OFF' } }
  tell(world, person, 'NotificationNewsletterUserSettingChange', about, by)
  return world.channels.mute(channel, person, muted)
}

function tell(world: World, person: Person, name: string, data: object, by?: Companion) {
  const update = node('update', { op_name: name }, Buffer.from(JSON.stringify({ data })))
  for (const companion of world.companions.of(person)) {
    if (companion.device === by?.device) continue
    const attrs = { from: SERVER, type: 'mex', id: stanzaId(), t: seconds() }
    deliver(world, companion, node('notification', attrs, [update]))
  }
}
