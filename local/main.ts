/**
 * `npm start`: the whole of Linekeeper on this machine.
 */
import { run } from './run.ts'
import { startStack } from './stack.ts'

await run('linekeeper', startStack)
