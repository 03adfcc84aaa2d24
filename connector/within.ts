/**
 * A bound on waiting. What is waited for goes on by itself, and a late failure of it is nobody's surprise.
 */

/** It took longer than it may. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/** @throws TookTooLong when `work` has not settled in time */
export async function within<T>(milliseconds: number, work: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new TookTooLong(`${what} took longer than ${milliseconds} ms`)),
    milliseconds,
  )
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
