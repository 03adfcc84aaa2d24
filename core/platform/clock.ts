/**
 * Time comes in as an argument everywhere, so that expiry is proven by moving a clock and never by sleeping.
 */
export type Clock = () => number

/** Milliseconds since the epoch, from the machine. */
export const systemClock: Clock = () => Date.now()

/** The wire form of a time: ISO 8601 in UTC, with milliseconds. */
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** DynamoDB's TTL attribute: whole seconds since the epoch. */
export const ttl = (now: number, seconds: number): number => Math.floor(now / 1000) + seconds
