/**
 * A road to a store or a queue that writes down everything that is sent over it, whatever becomes of it there. Bytes that
 * travel as base64 are looked at as bytes too.
 */
import { buffer } from 'node:stream/consumers'
import { openRoad } from './road.ts'

export type Recording = Awaited<ReturnType<typeof recordingRoad>>

export async function recordingRoad(to: string) {
  const bodies: string[] = []
  const road = await openRoad(to, async ({ call, pass }) => {
    const body = await buffer(call)
    bodies.push(`${call.headers['x-amz-target']} ${body}`)
    pass().end(body)
  })
  return {
    ...road,
    forget: () => void bodies.splice(0),
    /** What was sent that has this in it, also where it is escaped, or bytes in base64. */
    having: (word: string): string[] =>
      bodies.filter((body) => [body, ...bytesIn(body)].some((text) => text.toLowerCase().includes(word))),
    count: () => bodies.length,
  }
}

const bytesIn = (body: string): string[] =>
  [...body.matchAll(/"([A-Za-z0-9+/]{24,}={0,2})\\?"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('latin1'),
  )
