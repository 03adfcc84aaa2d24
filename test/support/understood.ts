/** What the sandbox was asked and did not know. Every world of the tests looks at its end, so a full run leaves none. */
export function assertUnderstood({ unknownQueries }: { unknownQueries: Record<string, number> }): void {
  const unknown = Object.keys(unknownQueries)
  if (unknown.length > 0) throw new Error(`the sandbox does not know: ${unknown.join(', ')}`)
}
