/** What stands inside of a stanza, whether Baileys has it or a row of the journal. */

type Node<N> = { content?: N[] | string | Uint8Array | undefined }

/** Those with this tag, or all of them; none where the content is no nodes. */
export const childrenOf = <N extends { tag: string }>(node: Node<N> | undefined, tag?: string): N[] =>
  Array.isArray(node?.content) ? node.content.filter((one) => tag === undefined || one.tag === tag) : []

export const childOf = <N extends { tag: string }>(node: Node<N> | undefined, tag: string): N | undefined =>
  childrenOf(node, tag)[0]
