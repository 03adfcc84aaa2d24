/** Tells errors that no repetition mends from those of a store that is slow, busy or away. */
const PERMANENT: ReadonlySet<string> = new Set(['ValidationException', 'ZodError', 'TypeError', 'RangeError'])

export function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (PERMANENT.has(error.name)) return true
  const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons
  return reasons?.some(({ Code }) => Code === 'ValidationError') ?? false
}
