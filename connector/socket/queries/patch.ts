/**
 * Changes of what our devices keep in step. Baileys fetches the newest version, makes its patch over that, and takes for
 * granted that it was accepted; when another device was faster, the server refuses it (409) and the change is lost without
 * a word. Here the refusal is noticed, the version is set back, and the change is made again over what the other did.
 */
import type { BinaryNode, ChatModification, WAPatchName, WASocket } from '@whiskeysockets/baileys'
import { Refused } from '../errors.ts'
import { childrenOf } from '../nodes.ts'

export type Patch = (change: ChatModification, jid: string) => Promise<void>

const ATTEMPTS = 5
const CONFLICT = 409

export function patching(socket: WASocket): Patch {
  /** Collections whose last patch was refused. */
  const refused = new Set<WAPatchName>()
  socket.ws.on('CB:iq,type:result,sync', (answer: BinaryNode) => {
    for (const name of refusedIn(answer)) refused.add(name)
  })
  const { keys } = socket.authState
  let turn: Promise<unknown> = Promise.resolve()

  const attempt = async (change: ChatModification, jid: string): Promise<boolean> => {
    refused.clear()
    const before = await keys.get('app-state-sync-version', COLLECTIONS)
    await socket.chatModify(change, jid)
    const stale = Object.fromEntries([...refused].map((name) => [name, before[name] ?? null]))
    if (refused.size > 0) await keys.set({ 'app-state-sync-version': stale })
    return refused.size === 0
  }
  const apply: Patch = async (change, jid) => {
    for (let left = ATTEMPTS; left > 0; left--) if (await attempt(change, jid)) return
    throw new Refused('Other devices change the same at this moment.', CONFLICT)
  }

  return (change, jid) => {
    const mine = turn.then(() => apply(change, jid))
    turn = mine.catch(() => undefined)
    return mine
  }
}

const COLLECTIONS: WAPatchName[] = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular_low',
  'regular',
]

function refusedIn(answer: BinaryNode): WAPatchName[] {
  const collections = childrenOf(answer).flatMap((sync) => childrenOf(sync))
  return collections.flatMap((collection) =>
    childrenOf(collection, 'error').some(({ attrs }) => Number(attrs.code) === CONFLICT)
      ? [collection.attrs.name as WAPatchName]
      : [],
  )
}
