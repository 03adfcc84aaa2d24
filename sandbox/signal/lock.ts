/** One action at a time per key, in the order of the calls. A failed action does not hinder the next. */
export function keyedLock() {
  const tails = new Map<string, Promise<unknown>>()
  return async <T>(key: string, action: () => Promise<T>): Promise<T> => {
    const previous = tails.get(key)
    const turn = previous ? previous.then(action) : action()
    const tail = turn.catch(() => undefined)
    tails.set(key, tail)
    try {
      return await turn
    } finally {
      if (tails.get(key) === tail) tails.delete(key)
    }
  }
}
