/** How long events and messages are kept. DynamoDB deletes them later; to us they are gone the second they expire. */
export type Retention = { eventSeconds: number; messageSeconds: number }

const DAY = 24 * 60 * 60

export const retentionOf = (config: {
  EVENT_RETENTION_DAYS: number
  MESSAGE_RETENTION_DAYS: number
}): Retention => ({
  eventSeconds: config.EVENT_RETENTION_DAYS * DAY,
  messageSeconds: config.MESSAGE_RETENTION_DAYS * DAY,
})
