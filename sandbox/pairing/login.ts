/** A linked device comes back. It has to own the Noise key with which it was linked; a newer login ends the older one. */
import type { Companion } from '../people/companions.ts'
import type { Connection } from '../wire/connection.ts'
import { refuseLogin, sayGoodbye } from '../wire/goodbyes.ts'
import { lidJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'

export function login(
  world: World,
  connection: Connection,
  noiseKey: Buffer,
  number: string,
  device: number,
) {
  if (world.faults.isActive('refuse', number)) return connection.cut()
  if (world.faults.isActive('unavailable', number)) return refuseLogin(connection, 503)
  const person = world.people.find(number)
  const companion = person && world.companions.get(person.lid, device)
  if (!person || !companion?.noiseKey.equals(noiseKey)) {
    world.stats.count('refusedLogins')
    return refuseLogin(connection, 401)
  }
  const former = world.live.of(companion)
  if (former) {
    sayGoodbye(former, 'replaced')
    world.stats.count('conflicts')
  }
  connection.companion = companion
  world.live.loggedIn(companion, connection)
  world.stats.count('logins')
  const lid = lidJid(companion.lid, companion.device)
  connection.send(
    node('success', { t: seconds(), lid, display_name: person.name, props: '1', location: 'sandbox' }),
  )
  strike(world, connection, companion)
}

/** `drop` and `replace` that last also meet every new login. */
function strike(world: World, connection: Connection, { number }: Companion) {
  if (world.faults.isActive('drop', number)) connection.cut()
  if (world.faults.isActive('replace', number)) sayGoodbye(connection, 'replaced')
}
