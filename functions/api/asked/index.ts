/** All calls that WhatsApp itself answers. */
import { callCalls } from './calls.ts'
import { chatCalls } from './chats.ts'
import { groupCalls } from './groups.ts'
import { pairingCalls } from './pairing.ts'
import { peopleCalls } from './people.ts'
import { pictureCalls } from './pictures.ts'
import { presenceCalls } from './presence.ts'

export const askedCalls = [
  ...pairingCalls,
  ...presenceCalls,
  ...peopleCalls,
  ...chatCalls,
  ...callCalls,
  ...pictureCalls,
  ...groupCalls,
]
