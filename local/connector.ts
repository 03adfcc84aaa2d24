/**
 * `npm run connector`: one more connector for the stack that runs on the same DATA_DIR.
 */
import { joinStack } from './join.ts'
import { run } from './run.ts'

await run('linekeeper-join', joinStack)
