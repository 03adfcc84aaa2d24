/** What was neither counted nor read off a price list. All of it stands in docs/cost.md, under "Assumed". */
export const ASSUMED = {
  /** Billed milliseconds of a request to the API at 1 GB: four calls inside of AWS and a little work. */
  apiMs: 40,
  /** Of a batch of a consumer, at 0.5 GB. */
  consumerMs: 200,
  /** Of a timed job, at the mean of their sizes. */
  jobMs: 1_000,
  jobGb: 1.1,
  jobsPerMinute: 2.2,
  /** As `MESSAGE_RETENTION_DAYS` and `EVENT_RETENTION_DAYS` have it by default. */
  messagesKeptDays: 365,
  eventsKeptDays: 7,
  /** Bytes of text in a message, beyond the few of the messages that were counted. */
  textBytes: 100,
  /** Bytes of an answer to a webhook, its header included. */
  answerBytes: 700,
  /** Bytes of log: the gateway's line, and those of Lambda, per request; per batch of a consumer; per connector and day. */
  loggedRequest: 1_000,
  loggedBatch: 400,
  loggedConnectorDay: 2_000_000,
  /** Bytes that go out to WhatsApp and to callers: per message, and per session and day while nothing happens. */
  sentMessage: 3_000,
  sentSessionDay: 400_000,
  /** Lambda looks at a queue that feeds a function with five readers, each of them for 20 s. */
  looksPerMinute: 15,
  /** Metrics of the fleet and the API that alarms look at, beside two of each queue, function and table. */
  alarmsOfFleet: 6,
}
