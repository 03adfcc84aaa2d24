/**
 * Whether DynamoDB can hold what a caller gives us to keep, in whatever shape it is: JSON knows larger numbers, deeper
 * nesting and stranger text than a database. To be asked before anything is written.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
import { Fault } from './fault.ts'

/** DynamoDB has 32; what we keep stands inside of something itself. */
const LEVELS = 20
/** DynamoDB's own: numbers beyond are refused. Zero is fine. */
const [LEAST, MOST] = [1e-130, 9.99e125]

/** @throws Fault VALIDATION_ERROR with a sentence that says what of it cannot be kept */
export function checkStorable(name: string, value: unknown): void {
  const obstacle = obstacleIn(value, 0)
  if (obstacle) throw new Fault('VALIDATION_ERROR', `${name} ${obstacle}.`)
}

function obstacleIn(value: unknown, level: number): string | undefined {
  if (typeof value === 'number')
    return isHeld(value) ? undefined : 'has a number that is too large or too small'
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'has text that is no Unicode'
  if (typeof value !== 'object' || value === null) return
  if (level >= LEVELS) return `is nested deeper than ${LEVELS} levels`
  for (const [name, inner] of Object.entries(value)) {
    const obstacle = obstacleIn(name, level) ?? obstacleIn(inner, level + 1)
    if (obstacle) return obstacle
  }
  return
}

const isHeld = (value: number): boolean => {
  const size = Math.abs(value)
  return value === 0 || (size >= LEAST && size <= MOST)
}
