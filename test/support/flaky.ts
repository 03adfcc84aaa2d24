/**
 * A bad road to a database: stands before any HTTP endpoint, and is slow, breaks or throttles when it is told to. It
 * counts what it let through, so that a test knows that its trouble was real.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { openRoad } from './road.ts'

export type Road = {
  /** Added to every call. */
  delayMs: number
  /** Calls get no answer, their connection is cut. */
  isDown: boolean
  /** The share of calls that is told to come later, between 0 and 1. */
  throttled: number
}

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
})

export async function flakyRoad(to: string) {
  const road: Road = { delayMs: 0, isDown: false, throttled: 0 }
  const seen = { passed: 0, cut: 0, throttled: 0 }
  const way = await openRoad(to, async ({ call, answer, pass }) => {
    if (road.isDown) {
      seen.cut++
      call.socket.destroy()
      return
    }
    if (Math.random() < road.throttled) {
      seen.throttled++
      call.resume()
      answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED)
      return
    }
    if (road.delayMs > 0) await pause(road.delayMs)
    seen.passed++
    call.pipe(pass())
  })
  return { ...way, road, seen }
}
