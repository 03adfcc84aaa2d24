/** Reading and building the XML-like nodes that WhatsApp exchanges. Missing attributes are left out, never empty. */
import type { BinaryNode } from '@whiskeysockets/baileys'

export type { BinaryNode }

/** The server's own address, with and without an empty user part: Baileys compares both forms. */
export const SERVER = 's.whatsapp.net'
export const SERVER_JID = '@s.whatsapp.net'

export class MalformedStanza extends Error {
  override readonly name = 'MalformedStanza'
}

export function node(
  tag: string,
  attrs: Record<string, string | undefined> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const present = Object.entries(attrs).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { tag, attrs: Object.fromEntries(present), ...(content === undefined ? {} : { content }) }
}

export const childrenOf = (parent: BinaryNode | undefined, tag?: string): BinaryNode[] =>
  Array.isArray(parent?.content) ? parent.content.filter((child) => !tag || child.tag === tag) : []

export const child = (parent: BinaryNode | undefined, tag?: string): BinaryNode | undefined =>
  childrenOf(parent, tag)[0]

/** The child at the end of a path of tags, or MalformedStanza. */
export function at(parent: BinaryNode, ...path: string[]): BinaryNode {
  return path.reduce((current, tag) => {
    const next = child(current, tag)
    if (!next) throw new MalformedStanza(`<${parent.tag}> lacks <${path.join('><')}>.`)
    return next
  }, parent)
}

/** The content as bytes. Short texts may arrive as strings, because the encoder packs them. */
export function bytesOf(holder: BinaryNode): Buffer {
  if (typeof holder.content === 'string') return Buffer.from(holder.content)
  if (holder.content instanceof Uint8Array) return Buffer.from(holder.content)
  throw new MalformedStanza(`<${holder.tag}> carries no bytes.`)
}

export const textOf = (holder: BinaryNode): string => bytesOf(holder).toString()

export function uintOf(holder: BinaryNode): number {
  const bytes = bytesOf(holder)
  if (bytes.length === 0 || bytes.length > 6) throw new MalformedStanza(`<${holder.tag}> is no number.`)
  return bytes.readUIntBE(0, bytes.length)
}

export function uintBytes(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}

export function attr(holder: BinaryNode, name: string): string {
  const value = holder.attrs[name]
  if (value === undefined) throw new MalformedStanza(`<${holder.tag}> lacks the attribute ${name}.`)
  return value
}
