/** A companion ceases to exist, by the phone's wish or its own; its number is not given again. */
import { announceDevice } from '../delivery/devices.ts'
import type { Companion } from '../people/companions.ts'
import { sayGoodbye } from '../wire/goodbyes.ts'
import { addressKey } from '../wire/jids.ts'
import type { World } from '../world.ts'

/** The phone removes the device: a connected client is told so, any other learns it at its next login. */
export function unlink(world: World, companion: Companion) {
  forgetCompanion(world, companion)
  const connection = world.live.of(companion)
  if (connection) sayGoodbye(connection, 'unlinked')
}

/** The client logs out by itself. */
export function forgetCompanion(world: World, companion: Companion) {
  world.companions.remove(companion)
  world.preKeys.clear(addressKey(companion))
  world.queue.forgetDevice(companion)
  announceDevice(world, 'remove', companion)
}
