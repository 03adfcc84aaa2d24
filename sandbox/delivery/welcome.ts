/**
 * What a phone sends to a device that it has just linked: the key for app state, and the history of its chats. The
 * payloads travel inside the messages, so no media server is needed. Without them Baileys waits for 20 s.
 */
import { proto } from '@whiskeysockets/baileys'
import { APP_STATE_KEY_ID } from '../people/appstate.ts'
import type { Companion } from '../people/companions.ts'
import { pastFor } from '../people/past.ts'
import type { Person } from '../people/people.ts'
import type { World } from '../world.ts'
import { historyOf } from './history.ts'
import { sendToOwn } from './own.ts'

const { Type } = proto.Message.ProtocolMessage

export async function welcome(world: World, companion: Companion) {
  const person = world.people.withLid(companion.lid)
  if (!person || companion.welcomed) return
  const history = [...historyOf(world, person), ...(await pastFor(world, person, companion))]
  await world.phones.locked(person, async () => {
    for (const content of [appStateKeyShare(person), ...history])
      await sendToOwn(world, person, companion, { protocolMessage: content })
    companion.welcomed = true
    world.companions.save(companion)
  })
}

/** One key for all devices of a person, so that they can read each other's patches. */
function appStateKeyShare(person: Person): proto.Message.IProtocolMessage {
  const keyId = APP_STATE_KEY_ID
  const fingerprint = { rawId: person.registrationId, currentIndex: 0, deviceIndexes: [0] }
  const keyData = { keyData: person.appStateKey, fingerprint, timestamp: Date.now() }
  return {
    type: Type.APP_STATE_SYNC_KEY_SHARE,
    appStateSyncKeyShare: { keys: [{ keyId: { keyId }, keyData }] },
  }
}
