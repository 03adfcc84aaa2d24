/**
 * Server-sent events as a line that frames are posted to: each event becomes one with its id, which is a cursor, so that
 * a reader who comes back with `Last-Event-ID` goes on exactly behind it.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { LiveEvent, ServerFrame } from '#core/live/frames.ts'

/** Frames that wait for a reader, and for how long, in ms, until it is cut. */
const WAITING = 16
const READS_WITHIN_MS = 5_000
const ALIVE_MS = 15_000

export function openSse() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
    {},
    { highWaterMark: WAITING },
    { highWaterMark: WAITING },
  )
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  let isOver = false
  // Whoever reads may leave; `over` says so.
  const over = writer.closed.catch(() => undefined).then(() => end())
  const write = (text: string) => void writer.write(encoder.encode(text)).catch(end)
  const alive = setInterval(() => write(': alive\n\n'), ALIVE_MS)

  function end(): void {
    if (isOver) return
    isOver = true
    clearInterval(alive)
    writer.close().catch(() => undefined)
  }

  return {
    body: readable,
    /** Resolves when nobody reads any more, or it was closed. */
    over,
    line: {
      /** False when it is over, or its reader took nothing for too long. */
      async send(text: string): Promise<boolean> {
        if (isOver) return false
        let cut: NodeJS.Timeout | undefined
        const patience = new Promise<false>((resolve) => {
          cut = setTimeout(() => resolve(false), READS_WITHIN_MS)
        })
        const ready = writer.ready.then(
          () => true,
          () => false,
        )
        const isReady = await Promise.race([ready, patience])
        clearTimeout(cut)
        if (!isReady || isOver) {
          void writer.abort().catch(() => undefined)
          end()
          return false
        }
        const frame = JSON.parse(text) as ServerFrame
        write(sseOf(frame))
        if (frame.type === 'ended') end()
        return true
      },
      close: end,
    },
  }
}

/** The text of a frame; events are named by their types, everything else by `live.` and what it is. */
export function sseOf(frame: ServerFrame): string {
  switch (frame.type) {
    case 'events': {
      const last = frame.events.length - 1
      return frame.events
        .map((event, index) => entry(event, index === last ? frame.cursor : event.id))
        .join('')
    }
    case 'volatile':
      return entry(frame.event)
    case 'subscribed':
      return 'retry: 1000\n\n'
    default:
      return `event: live.${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`
  }
}

const entry = (event: LiveEvent, id?: string): string =>
  `${id ? `id: ${id}\n` : ''}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
