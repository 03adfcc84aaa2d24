/** Names and keys, apart from the schemas of what lies there, which take time to build where only the name is needed. */
import type { Key } from './platform/dynamo.ts'

/** In `main` everything of a session that is no message and no device state; in `events` its log. */
export const sessionPartition = (id: string): string => `SESSION#${id}`
export const sessionKey = (id: string): Key => ({ pk: sessionPartition(id), sk: 'SESSION' })
export const accountKey = (id: string): Key => ({ pk: `ACCOUNT#${id}`, sk: 'ACCOUNT' })
