/** Answers to queries. */
import type { Connection } from '../wire/connection.ts'
import { type BinaryNode, node, SERVER } from '../wire/nodes.ts'
import type { World } from '../world.ts'

/** One `<iq>` of a client: what it asks, who asks, and how to answer. */
export type Query = {
  world: World
  connection: Connection
  iq: BinaryNode
  /** The first child, which says what is asked; absent in some queries. */
  subject: BinaryNode | undefined
}

export function reply({ connection, iq }: Query, ...content: BinaryNode[]) {
  const attrs = { from: iq.attrs.to || SERVER, type: 'result', id: iq.attrs.id }
  connection.send(node('iq', attrs, content.length > 0 ? content : undefined))
}

const ERRORS = {
  400: 'bad-request',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'item-not-found',
  406: 'not-acceptable',
  500: 'internal-server-error',
}

export function replyError({ connection, iq }: Query, code: keyof typeof ERRORS) {
  const attrs = { from: iq.attrs.to || SERVER, type: 'error', id: iq.attrs.id }
  connection.send(node('iq', attrs, [node('error', { code: String(code), text: ERRORS[code] })]))
}
