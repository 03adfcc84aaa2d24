/** Waits for a condition, looking every few milliseconds. Fails after the deadline with the condition's own words. */
import { setTimeout as pause } from 'node:timers/promises'

export async function eventually(
  condition: () => unknown | Promise<unknown>,
  { withinMs = 20_000 }: { withinMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${condition}`)
    await pause(10)
  }
}
