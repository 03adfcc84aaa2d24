/**
 * The DynamoDB tables, declared once: the stacks and the local stand-in create them from here, so that they cannot
 * drift apart. Every table has `pk` and `sk`; an index projects everything.
 */
export type IndexSpec = { name: string; pk: string; sk: string }
export type TableSpec = { indexes: readonly IndexSpec[]; ttl: 'expiresAt' | undefined }

export const TABLES = {
  /** Accounts, tokens, sessions, chats, statistics, leases. */
  main: {
    ttl: 'expiresAt',
    indexes: [
      { name: 'listing', pk: 'listPk', sk: 'listSk' },
      { name: 'shard', pk: 'shardPk', sk: 'shardSk' },
    ],
  },
  /** The event log: partition = session, sort = ULID. */
  events: { ttl: 'expiresAt', indexes: [] },
  /** The ledger and the read model of messages, one item each. */
  messages: {
    ttl: 'expiresAt',
    indexes: [
      { name: 'chat', pk: 'chatPk', sk: 'chatSk' },
      { name: 'waiting', pk: 'waitPk', sk: 'waitSk' },
    ],
  },
  /** Device state, sealed and fenced: see core/device. */
  devices: { ttl: undefined, indexes: [] },
} as const satisfies Record<string, TableSpec>

export type TableName = keyof typeof TABLES
