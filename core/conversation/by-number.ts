/**
 * A person who was known by a LID alone is one with the phone number from the moment on that it is known: the contact's
 * item that leads from the LID to the number decides. Nothing begins or goes on under a LID once that item is there.
 */
import { Alias, aliasKey } from '../contacts/alias.ts'
import { LID_SERVER, phoneNumberOf } from '../jid.ts'
import type { Key, Store, Write } from '../platform/dynamo.ts'
import { itemsAt } from './items.ts'
import type { Line } from './plan.ts'

/** Where it would stand that the person of this line has a number; undefined for somebody who is known by one. */
function aliasOf({ channel, person }: Line): Key | undefined {
  const isByLid = channel.type === 'session' && person.key.endsWith(`@${LID_SERVER}`)
  return isByLid ? aliasKey(channel.sessionId, person.key) : undefined
}

/** The same lines, with numbers in place of LIDs where they are known. Reads nothing where no LID is. */
export async function byNumber<L extends Line>(store: Store, lines: L[]): Promise<L[]> {
  const keys = lines.flatMap((line) => aliasOf(line) ?? [])
  if (keys.length === 0) return lines
  const known = await itemsAt(store, keys)
  return lines.map((line) => {
    const key = aliasOf(line)
    const alias = key && known(key)
    return alias ? under(line, Alias.parse(alias).contactId) : line
  })
}

function under<L extends Line>(line: L, chatId: string): L {
  const phoneNumber = phoneNumberOf(chatId)
  if (!phoneNumber) return line
  const { key: lid, name } = line.person
  return { ...line, person: { key: phoneNumber, phoneNumber, lid, address: chatId, name } }
}

/** Holds while no number is known of a person who is known by a LID. */
export function stillByLid(line: Line): Write[] {
  const key = aliasOf(line)
  return key ? [{ table: 'main', check: key, condition: 'attribute_not_exists(pk)' }] : []
}
