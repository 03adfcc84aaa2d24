/**
 * Chance that can be repeated: the same seed makes the same choices in the same order. What goes on side by side takes
 * a chance of its own each, so that the moments of one do not depend on how fast the other was.
 */
export type Chance = {
  between(least: number, most: number): number
  /** True with this probability. */
  happens(probability: number): boolean
  /** @throws Error when there is nothing to choose from */
  pick<T>(list: readonly T[]): T
  /** Another, independent one. */
  branch(): Chance
}

export function chance(seed: number): Chance {
  const random = mulberry32(seed)
  return {
    between: (least, most) => least + random() * (most - least),
    happens: (probability) => random() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('there is nothing to choose from')
      return list[Math.floor(random() * list.length)] as T
    },
    branch: () => chance(Math.floor(random() * 2 ** 32)),
  }
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
