/**
 * Keeps apart what must not overtake each other: work of one lane is done one after the other, in the order in which it
 * came; lanes do not wait for each other. Work that fails does not hold up what comes behind it.
 */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @returns what the work answers, or throws what it throws */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(lane) ?? Promise.resolve()).then(work)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(lane, settled)
    void settled.then(() => {
      if (this.#last.get(lane) === settled) this.#last.delete(lane)
    })
    return done
  }
}
