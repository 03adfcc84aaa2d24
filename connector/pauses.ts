/** Pauses between attempts that go on for ever: each twice as long as the one before, up to a cap, with jitter. */

/** `for (const pause of pauses(100, 2_000)) { … await pause() }`. A pause keeps no process alive. */
export function* pauses(firstMs: number, capMs: number): Generator<() => Promise<void>, never> {
  for (let bound = firstMs; ; bound = Math.min(bound * 2, capMs))
    yield () => new Promise((resolve) => setTimeout(resolve, bound / 2 + (Math.random() * bound) / 2).unref())
}
