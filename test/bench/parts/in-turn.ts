/** Does a job for all of them, so many at once, in their order. */
export async function inTurn<T>(
  all: readonly T[],
  atOnce: number,
  job: (one: T) => Promise<unknown>,
): Promise<void> {
  const waiting = all.values()
  const work = async () => {
    for (const one of waiting) await job(one)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
