import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { NotConnected } from './errors.ts'
import { confined, Line } from './line.ts'

const FAILURE = new Error('out of nowhere')

function lineOf() {
  const failures: unknown[] = []
  return { line: new Line(1, (error) => failures.push(error)), failures }
}
/** Whether the error was confined, where the work has left a timer and a promise. */
async function fromWork(line: Line): Promise<boolean[]> {
  const found: boolean[] = []
  line.run(() => {
    setTimeout(() => found.push(confined(FAILURE)), 0)
    void Promise.resolve().then(() => found.push(confined(FAILURE)))
  })
  while (found.length < 2) await turn()
  return found
}

test('what work of a line has left behind fails with that line alone', async () => {
  const [one, other] = [lineOf(), lineOf()]
  expect(await fromWork(one.line)).toEqual([true, true])
  expect([one.failures, other.failures]).toEqual([[FAILURE, FAILURE], []])
  expect(confined(FAILURE)).toBe(false)
})

test('of a line that is lost nothing is told, and nobody else fails for it', async () => {
  const { line, failures } = lineOf()
  line.lose()
  expect(await fromWork(line)).toEqual([true, true])
  expect(failures).toEqual([])
})

test('whoever waits for an answer learns that the line is lost', async () => {
  const { line } = lineOf()
  const answer = line.untilLost(new Promise(() => undefined))
  line.lose()
  await expect(answer).rejects.toThrow(NotConnected)
})
