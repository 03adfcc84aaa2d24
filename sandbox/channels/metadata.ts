/** A channel as WhatsApp describes it to somebody, in answers and in what it tells by itself. */
import type { Person } from '../people/people.ts'
import type { Channel } from './channels.ts'

export function metadata(channel: Channel, viewer: Person) {
  const { id, name, description, createdAt, inviteCode, followers, owner } = channel
  const follows = followers.includes(viewer.lid)
  return {
    id,
    state: { type: 'ACTIVE' },
    thread_metadata: {
      name: { id: '1', text: name, update_time: String(createdAt * 1_000) },
      description: { id: '1', text: description, update_time: String(createdAt * 1_000) },
      creation_time: String(Math.floor(createdAt / 1_000)),
      invite: inviteCode,
      subscribers_count: String(followers.length),
      verification: 'UNVERIFIED',
      picture: null,
      preview: null,
    },
    viewer_metadata: {
      mute: channel.muted.includes(viewer.lid) ? 'ON' : 'OFF',
      role: owner === viewer.lid ? 'OWNER' : follows ? 'SUBSCRIBER' : 'GUEST',
    },
  }
}
