/** What lies in a session: its chats, events and files, and all calls that WhatsApp itself answers. */
import { chats } from '../chats.ts'
import { contacts } from '../contacts.ts'
import { events } from '../events.ts'
import { labels } from '../labels.ts'
import { eventStream } from '../live/stream.ts'
import { largeFiles } from '../media/announce.ts'
import { mediaFiles } from '../media/upload.ts'
import { searchMessages } from '../search.ts'
import { callCalls } from './calls.ts'
import { channelCalls } from './channels.ts'
import { chatCalls } from './chats.ts'
import { contactCalls } from './contacts.ts'
import { groupCalls } from './groups.ts'
import { historyCalls } from './history.ts'
import { labelCalls } from './labels.ts'
import { mediaCalls } from './media.ts'
import { peopleCalls } from './people.ts'
import { pictureCalls } from './pictures.ts'
import { presenceCalls } from './presence.ts'
import { usernameCalls } from './usernames.ts'

export const chatsAndMore = [
  chats,
  contacts,
  labels,
  events,
  eventStream,
  largeFiles,
  mediaFiles,
  searchMessages,
  ...presenceCalls,
  ...peopleCalls,
  ...usernameCalls,
  ...contactCalls,
  ...labelCalls,
  ...chatCalls,
  ...callCalls,
  ...pictureCalls,
  ...groupCalls,
  ...channelCalls,
  ...mediaCalls,
  ...historyCalls,
]
