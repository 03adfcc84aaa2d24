/**
 * The server answers a post and its changes under one and the same id. On one connection it answers in the order in which
 * they left, so the first answer is about the first of them.
 */
export class PostAnswers {
  readonly #expected = new Map<string, string[]>()

  /** This message of ours leaves as a stanza with that id. */
  expect(stanzaId: string, messageId: string): void {
    const expected = this.#expected.get(stanzaId) ?? []
    if (!expected.includes(messageId)) this.#expected.set(stanzaId, [...expected, messageId])
  }

  /** Which message of ours an answer is about. */
  take(stanzaId: string): string {
    const [messageId = stanzaId, ...others] = this.#expected.get(stanzaId) ?? []
    if (others.length > 0) this.#expected.set(stanzaId, others)
    else this.#expected.delete(stanzaId)
    return messageId
  }

  clear(): void {
    this.#expected.clear()
  }
}
