/** Remembers the latest names, a bounded number of them. Costs nothing while it is empty, as most are. */
export class Recent {
  readonly #names = new Set<string>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(name: string): void {
    this.#names.delete(name)
    this.#names.add(name)
    if (this.#names.size <= this.#most) return
    const [oldest] = this.#names
    if (oldest !== undefined) this.#names.delete(oldest)
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }
}
