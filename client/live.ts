/**
 * Follows what happens in Linekeeper's sessions, in browsers and in Node 22 or newer, without a dependency. It connects
 * again by itself and goes on where it was, so that each event of the log is seen once and in order, whatever happens to
 * the connection or to the server in between. See docs/live.md.
 */
import type { ClientFrame, LiveEvent, ServerFrame } from '../core/live/frames.ts'

export type { LiveEvent } from '../core/live/frames.ts'

export type LiveOptions = {
  /** Asked before each attempt: the answer of `POST /api/live/tickets`. */
  ticket(): Promise<{ url: string; ticket: string }>
  /** Ids, or `*` for all of the account, those to come included. None, when it is about campaigns alone. */
  sessions?: '*' | string[]
  /** Ids of campaigns that are heard of, whatever `events` says. */
  campaigns?: string[]
  /** Types or groups such as `message.*`; everything when absent. */
  events?: string[]
  /** What an earlier `cursors()` answered: goes on from there. */
  after?: Record<string, string>
  /** Volatile events (a QR code, typing, presence) are in no log, and are told once or not at all. */
  onEvent(event: LiveEvent, isVolatile: boolean): void
  /** Events were kept no longer: read the present state by the API. */
  onGap?(sessionId: string): void
  /** Nothing more comes of this session. */
  onEnded?(sessionId: string, code: string): void
  onState?(state: 'connecting' | 'live' | 'waiting' | 'closed'): void
  onError?(error: unknown): void
}

export type Live = {
  /** Where each session is: to be kept, and given back as `after`. */
  cursors(): Record<string, string>
  close(): void
}

const PROTOCOL = 'linekeeper.v1'
const TICKET_PREFIX = 'linekeeper.ticket.'
/** Milliseconds. */
const [PING, PATIENCE, SHORTEST_WAIT, LONGEST_WAIT] = [25_000, 10_000, 250, 30_000]
/** Sessions of one frame, and ids of events that are remembered for each. */
const [PER_FRAME, REMEMBERED] = [40, 500]

export function live(options: LiveOptions): Live {
  const { onEvent, onGap, onEnded, onState, onError } = options
  const cursors: Record<string, string> = { ...options.after }
  const seen = new Map<string, Set<string>>()
  const ended = new Set<string>()
  const unknown = new Set<string>()
  let goesOn = options.after !== undefined
  let failures = 0
  let isClosed = false
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  /** One after the other: large subscriptions do not fit into a frame. */
  function* subscriptions(): Generator<ClientFrame> {
    const filter = options.events ? { events: options.events } : {}
    const known = Object.keys(cursors).filter((id) => !ended.has(id))
    const { sessions: wanted = [], campaigns = [] } = options
    const ids = wanted === '*' ? known : wanted.filter((id) => !ended.has(id))
    for (let start = 0; start < ids.length; start += PER_FRAME) {
      const sessions = ids.slice(start, start + PER_FRAME)
      const after = Object.fromEntries(sessions.flatMap((id) => (cursors[id] ? [[id, cursors[id]]] : [])))
      yield { type: 'subscribe', sessions, after, ...filter }
    }
    if (wanted === '*')
      yield { type: 'subscribe', sessions: '*', ...filter, ...(goesOn ? { after: {} } : {}) }
    const followed = campaigns.filter((id) => !unknown.has(id))
    if (followed.length > 0)
      yield { type: 'subscribe', campaigns: followed, after: wanted === '*' ? {} : { ...cursors } }
  }

  async function connect(): Promise<void> {
    onState?.('connecting')
    try {
      const { url, ticket } = await options.ticket()
      if (!isClosed) converse(new WebSocket(url, [PROTOCOL, TICKET_PREFIX + ticket]))
    } catch (error) {
      onError?.(error)
      wait()
    }
  }

  function converse(current: WebSocket): void {
    socket = current
    let asking = subscriptions()
    let silence = setTimeout(end, PATIENCE)
    const pinging = setInterval(() => {
      say({ type: 'ping' })
      clearTimeout(silence)
      silence = setTimeout(end, PATIENCE)
    }, PING)
    let isOver = false

    function end(): void {
      if (isOver) return
      isOver = true
      clearTimeout(silence)
      clearInterval(pinging)
      current.close()
      wait()
    }
    const say = (frame: ClientFrame) => {
      if (current.readyState === current.OPEN) current.send(JSON.stringify(frame))
    }
    const ask = () => {
      const { value: frame } = asking.next()
      if (frame) return say(frame)
      goesOn = true
      failures = 0
      onState?.('live')
    }

    current.onopen = ask
    current.onclose = end
    current.onerror = end
    current.onmessage = ({ data }) => {
      if (isOver) return
      clearTimeout(silence)
      const frame = JSON.parse(String(data)) as ServerFrame
      if (frame.type === 'subscribed' && !frame.more) ask()
      if (frame.type !== 'error') return hear(frame)
      if (!isForgotten(frame)) return end()
      asking = subscriptions()
      ask()
    }
  }

  /** What there is no more is not asked for again. False when it was about something else. */
  function isForgotten(frame: Extract<ServerFrame, { type: 'error' }>): boolean {
    const { sessions = [], campaigns = [] } = (frame.details ?? {}) as Record<string, string[]>
    if (sessions.length === 0) onError?.(frame)
    for (const id of sessions) forget(id, frame.code)
    for (const id of campaigns) unknown.add(id)
    return sessions.length + campaigns.length > 0
  }

  function hear(frame: ServerFrame): void {
    if (frame.type === 'subscribed')
      for (const [id, cursor] of Object.entries(frame.sessions)) cursors[id] ??= cursor
    if (frame.type === 'events') hearLog(frame)
    if (frame.type === 'volatile') onEvent(frame.event, true)
    if (frame.type === 'gap') onGap?.(frame.sessionId)
    if (frame.type === 'ended') forget(frame.sessionId, frame.code)
  }

  /** After an accident the server may repeat some. */
  function hearLog({ sessionId, events, cursor }: Extract<ServerFrame, { type: 'events' }>): void {
    const known = seen.get(sessionId) ?? new Set()
    seen.set(sessionId, known)
    for (const event of events.filter(({ id }) => !known.has(id))) {
      known.add(event.id)
      onEvent(event, false)
    }
    cursors[sessionId] = cursor
    for (const id of [...known].slice(0, -REMEMBERED)) known.delete(id)
  }

  function forget(sessionId: string, code: string): void {
    ended.add(sessionId)
    delete cursors[sessionId]
    seen.delete(sessionId)
    onEnded?.(sessionId, code)
  }

  function wait(): void {
    socket = undefined
    if (isClosed) return
    onState?.('waiting')
    const longest = Math.min(SHORTEST_WAIT * 2 ** failures++, LONGEST_WAIT)
    timer = setTimeout(() => void connect(), longest * (0.5 + Math.random() / 2))
  }

  void connect()
  return {
    cursors: () => ({ ...cursors }),
    close() {
      isClosed = true
      clearTimeout(timer)
      socket?.close()
      onState?.('closed')
    },
  }
}
