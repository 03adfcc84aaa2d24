/**
 * Everything that comes in passes here before Baileys sees it: what a consumer should learn becomes a journal row, so
 * that Baileys' receipt or ack for it waits for that row; and the server's answers settle outbox and journal.
 */
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { ShortCache } from './caches.ts'
import type { Ignoring } from './ignoring.ts'
import { hashOf, type Journal } from './journal.ts'
import type { Line } from './line.ts'
import { childOf, childrenOf } from './nodes.ts'
import { asInChats } from './post-changes.ts'
import type { Attributes, Stanza } from './types.ts'
import type { Changes, WriteSet } from './write-set.ts'

/** Notifications that tell a consumer something; all others serve the protocol. */
const TOLD = new Set(['w:gp2', 'picture', 'status', 'business', 'disappearing_mode', 'newsletter'])
const RECENT_MS = 60_000

export type IntakeOptions = {
  socket: WASocket
  set: WriteSet
  journal: Journal
  line: Line
  ignoring: Ignoring
  now: () => number
  onGroupChange(jid: string): void
  /** The server took a message of ours, or refused it with this code. In a channel it has given it a number. */
  onAnswer(messageId: string, code: string | undefined, serverId: string | undefined): void
  /** The server has delivered all that waited for us. */
  onCaughtUp(): void
}

export function listen(options: IntakeOptions): void {
  const { socket, set, journal, line, now } = options
  const { ws } = socket
  const receipts = new ShortCache<boolean>(RECENT_MS, now)
  const alive = (handle: (node: BinaryNode) => void) => (node: BinaryNode) => {
    if (!set.dead && !line.isLost) handle(node)
  }

  ws.prependListener(
    'CB:message',
    alive((node) => noteMessage(options, node)),
  )
  ws.prependListener(
    'CB:receipt',
    alive((node) => {
      if (node.attrs.type === 'retry' || receipts.get(nameOf(node))) return
      receipts.set(nameOf(node), true)
      journal.add({ kind: 'receipt', stanza: { ...node.attrs }, messageIds: receiptIds(node) }, line.ordinal)
    }),
  )
  ws.prependListener(
    'CB:notification',
    alive((node) => {
      const { type = '', from = '' } = node.attrs
      if (type === 'w:gp2') options.onGroupChange(from)
      if (TOLD.has(type) || isOfChannels(node))
        journal.add({ kind: 'notification', stanza: toStanza(node) }, line.ordinal)
    }),
  )
  ws.prependListener(
    'CB:call',
    alive((node) => journal.add({ kind: 'call', stanza: toStanza(node) }, line.ordinal)),
  )
  ws.on(
    'CB:ack,class:receipt',
    alive(({ attrs }) => attrs.id && journal.acknowledged(attrs.id)),
  )
  ws.on(
    'CB:ack,class:message',
    alive(({ attrs: { id, error, server_id } }) => {
      if (id) options.onAnswer(id, error, server_id)
    }),
  )
  ws.on(
    'CB:ib,,offline',
    alive(() => {
      journal.offlineEnded(line.ordinal)
      options.onCaughtUp()
    }),
  )
}

/**
 * Remembers which stanza each ciphertext came in. Sends live messages through Baileys' ordered queue as well, or one
 * would overtake the queued message that brings the sender key it needs (defect D6).
 */
function noteMessage({ set, journal, line, ignoring }: IntakeOptions, node: BinaryNode): void {
  if (ignoring.passes(node)) return
  asInChats(node)
  const stanza = { ...node.attrs }
  node.attrs.offline ??= '0'
  const contents = childrenOf(node).filter(
    ({ tag, content }) => isReadable(tag) && content instanceof Uint8Array,
  )
  if (contents.length === 0) {
    const unavailable = childOf(node, 'unavailable')
    const reason = `unavailable ${unavailable?.attrs.type ?? ''}`.trim()
    journal.add({ kind: 'undecryptable', stanza, reason }, line.ordinal)
  }
  for (const { tag, attrs, content } of contents) {
    const bytes = content as Uint8Array
    const isPlain = tag === 'plaintext'
    const origin = {
      stanza,
      encryption: isPlain ? tag : (attrs.type ?? ''),
      hash: isPlain ? plainHashOf(stanza, bytes) : hashOf(bytes),
    }
    line.remember(bytes, origin)
    journal.arrived(origin.hash, line.ordinal)
    if (!isPlain || journal.hasPost(origin.hash)) continue
    const unit: Changes = {}
    const applied = journal.addTo(unit, origin, Buffer.concat([bytes, Buffer.of(1)]), line.ordinal)
    set.apply(unit)
    applied()
  }
}

/** The same words may be posted twice, and no key sets one post apart from the other. */
const plainHashOf = ({ from, id }: Attributes, bytes: Uint8Array): string =>
  hashOf(Buffer.concat([Buffer.from(`${from} ${id} `), bytes]))

/** Of what WhatsApp tells by GraphQL: what other devices of ours do with channels. Baileys drops it. */
const isOfChannels = (node: BinaryNode): boolean =>
  node.attrs.type === 'mex' &&
  childrenOf(node).some(({ attrs }) => attrs.op_name?.startsWith('NotificationNewsletter'))

const isReadable = (tag: string) => tag === 'enc' || tag === 'plaintext'

const nameOf = ({ attrs: { id, from, participant, type } }: BinaryNode) =>
  [id, from, participant, type].join()

/** A receipt can speak of many messages: one in its attributes, the others in a list. */
function receiptIds(node: BinaryNode): string[] {
  const items = childrenOf(node, 'list').flatMap((list) => childrenOf(list))
  return [node.attrs.id, ...items.map(({ attrs }) => attrs.id)].filter((id) => id !== undefined)
}

function toStanza({ tag, attrs, content }: BinaryNode): Stanza {
  if (content === undefined) return { tag, attrs: { ...attrs } }
  return { tag, attrs: { ...attrs }, content: Array.isArray(content) ? content.map(toStanza) : content }
}
