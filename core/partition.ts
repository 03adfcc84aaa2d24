/** The partition of a session, apart from its schemas, which take time to build where only the name is needed. */

/** In `main` everything of a session that is no message and no device state; in `events` its log. */
export const sessionPartition = (id: string): string => `SESSION#${id}`
