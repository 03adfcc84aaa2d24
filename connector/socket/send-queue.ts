/**
 * Which message of the outbox leaves next: the oldest that may. Messages of a chat never overtake each other, so one
 * that has to wait holds up its chat, and nobody else. Those that wait are passed over once, until somebody says that it
 * is worth looking again.
 */
import type { Outbox } from './outbox.ts'
import type { Verdict, Waiting } from './rules.ts'

export class SendQueue {
  readonly #outbox: Outbox
  readonly #verdictOn: (to: string) => Verdict
  /** In the order of acceptance. */
  #waiting: string[] = []
  /** How many of them, from the oldest, have to wait. */
  #passed = 0
  /** Their chats. */
  readonly #held = new Set<string>()
  readonly #underWay = new Set<string>()
  /** Chats whose turn is not before somebody says so. */
  readonly #resting = new Set<string>()

  constructor(outbox: Outbox, verdictOn: (to: string) => Verdict) {
    this.#outbox = outbox
    this.#verdictOn = verdictOn
  }

  /** Everything that has no answer. */
  fill(): string[] {
    this.#waiting = this.#outbox.unanswered().filter((id) => !this.#underWay.has(id))
    this.lookAgain()
    return this.#waiting
  }

  /** Those that had to wait may leave now. */
  lookAgain(): void {
    this.#passed = 0
    this.#held.clear()
  }

  clear(): void {
    this.#waiting = []
    this.lookAgain()
    this.#underWay.clear()
    this.#resting.clear()
  }

  add(id: string): void {
    this.#waiting.push(id)
  }

  /** The next that may leave, or has to fail. */
  next(): { id: string; verdict: 'go' | 'fail' } | undefined {
    while (this.#passed < this.#waiting.length) {
      const id = this.#waiting[this.#passed] as string
      const to = this.#outbox.recipientOf(id)
      if (to === undefined) this.#waiting.splice(this.#passed, 1)
      else {
        const isHeld = this.#held.has(to) || this.#resting.has(to)
        const verdict = isHeld ? 'hold' : this.#verdictOn(to)
        if (verdict !== 'hold') return { id, verdict }
        this.#held.add(to)
        this.#passed++
      }
    }
    return undefined
  }

  /** It leaves now. */
  take(id: string): void {
    this.#remove(id)
    this.#underWay.add(id)
  }

  isUnderWay(id: string): boolean {
    return this.#underWay.has(id)
  }

  /** It has its answer. */
  settle(id: string): void {
    if (!this.#underWay.delete(id)) this.#remove(id)
  }

  /** It has to leave once more, before everything that came behind it. */
  back(id: string): void {
    this.#underWay.delete(id)
    this.fill()
  }

  rest(chat: string): void {
    this.#resting.add(chat)
  }

  wake(chat: string): void {
    this.#resting.delete(chat)
    this.lookAgain()
  }

  /** Why each of those that wait does so. @param leavesAt about when one leaves that has so many before it */
  reasons(leavesAt: (others: number) => number | undefined): Map<string, Waiting> {
    const found = new Map<string, Waiting>()
    const held = new Map<string, Waiting>()
    let others = 0
    for (const id of this.#waiting) {
      const to = this.#outbox.recipientOf(id)
      if (to === undefined) continue
      const before = held.get(to)
      if (before) found.set(id, before)
      else if (this.#resting.has(to)) held.set(to, { reason: 'order' })
      else if (this.#verdictOn(to) === 'hold') held.set(to, { reason: 'restricted' })
      const own = held.get(to)
      if (own) {
        found.set(id, own)
        continue
      }
      const until = leavesAt(others++)
      if (until !== undefined) found.set(id, { reason: 'pacing', until })
    }
    return found
  }

  #remove(id: string): void {
    const isNext = this.#waiting[this.#passed] === id
    const place = isNext ? this.#passed : this.#waiting.indexOf(id)
    if (place < 0) return
    this.#waiting.splice(place, 1)
    if (place < this.#passed) this.#passed--
  }
}
