/**
 * A device that does what a test says: its connections are opened, shown QRs, lost and silent on command, and what is
 * asked of it is kept to be looked at.
 */
import type {
  Closed,
  ClosedName,
  Connection,
  ConnectSettings,
  Device,
  Me,
  Observer,
  Outgoing,
  Standing,
  Stats,
  Waiting,
} from '../../connector/socket/index.ts'

export const ME: Me = {
  jid: '4915100000001:1@s.whatsapp.net',
  lid: '900000001:1@lid',
  phoneNumber: '+4915100000001',
  name: 'Line',
}

export type ScriptedLine = {
  settings: ConnectSettings
  ended: string | undefined
  probes: number
  /** What a ping is answered with. */
  answer: 'pong' | 'silence'
  qr(text: string): void
  scanned(): void
  open(): void
  /** Something came in. */
  frame(): void
  close(name: ClosedName, code?: number): void
}

const STATS: Stats = {
  commits: 0,
  commitErrors: 0,
  commitLatency: 0,
  committingSince: undefined,
  commitError: undefined,
  heldBytes: 0,
  heldFrames: 0,
  droppedFrames: 0,
  pendingUnits: 0,
  undelivered: 0,
  journalHits: 0,
  lastFrameAt: 0,
}

export type ScriptedDevice = ReturnType<typeof scriptedDevice>

export function scriptedDevice(options: { linked?: boolean } = {}) {
  const lines: ScriptedLine[] = []
  const accepted: Outgoing[] = []
  const waiting = new Set<string>()
  /** Why messages have not left. */
  const waits = new Map<string, Waiting>()
  const calls: string[] = []
  const mourners: ((error: Error) => void)[] = []
  const state = {
    linked: options.linked ?? false,
    stats: { ...STATS },
    /** Thrown by whatever has to be stored. */
    storeError: undefined as Error | undefined,
    acceptError: undefined as Error | undefined,
    isClosed: false,
    /** What WhatsApp says when it is asked. */
    standing: { isRestricted: false } as Standing,
  }

  const device: Device = {
    get linked() {
      return state.linked
    },
    get me() {
      return state.linked ? ME : undefined
    },
    phoneNumberOf: () => undefined,
    lidOf: () => undefined,
    connect: (_server, observer, settings = {}) => connectionOf(observer, settings),
    async accept(message) {
      if (state.acceptError) throw state.acceptError
      accepted.push(message)
      waiting.add(message.id)
    },
    isWaiting: (id) => waiting.has(id),
    waiting: () => waiting.size,
    waits: () => new Map(waits),
    proceed: () => void calls.push('proceed'),
    withdraw: (id) => waiting.delete(id),
    history: {
      pending: () => [],
      announcement: () => {
        throw new Error('nothing is announced')
      },
      totals: { parts: 0, failed: 0, messages: 0 },
      note: () => undefined,
      finish: () => undefined,
    },
    pressure: 'normal',
    get stats() {
      return state.stats
    },
    onDead: (listener) => void mourners.push(listener),
    flush: async () => undefined,
    async close() {
      calls.push('close')
    },
    async logout() {
      calls.push('logout')
      return erased()
    },
    async forget() {
      calls.push('forget')
      return erased()
    },
  }

  function erased(): string[] {
    if (state.isClosed) throw new Error('the device is closed')
    state.isClosed = true
    if (state.storeError) throw state.storeError
    state.linked = false
    return [...waiting]
  }

  function connectionOf(observer: Observer, settings: ConnectSettings): Connection {
    let isOver = false
    const tell = (what: () => void) => {
      if (!isOver) what()
    }
    const close = (closed: Closed) => {
      tell(() => observer.closed(closed))
      isOver = true
    }
    const connection = {
      state: 'connecting' as Connection['state'],
      lastFrameAt: Date.now(),
      async probe(timeoutMs: number) {
        line.probes++
        if (line.answer === 'pong') {
          connection.lastFrameAt = Date.now()
          return 1
        }
        await new Promise((resolve) => setTimeout(resolve, timeoutMs))
        throw new Error('no answer')
      },
      standing: async () => state.standing,
      pairingCode: async () => 'ABCDEFGH',
      async end(reason: string) {
        line.ended = reason
        close({ name: 'ended', code: undefined, text: reason })
      },
      ask: {} as Connection['ask'],
      media: {} as Connection['media'],
      learn: async () => undefined,
    }
    const line: ScriptedLine = {
      settings,
      ended: undefined,
      probes: 0,
      answer: 'pong',
      qr: (text) => tell(() => observer.qr(text, Date.now() + 60_000)),
      scanned: () =>
        tell(() => {
          state.linked = true
          observer.linked(ME)
        }),
      open: () =>
        tell(() => {
          connection.lastFrameAt = Date.now()
          observer.open(ME)
        }),
      frame: () => {
        connection.lastFrameAt = Date.now()
      },
      close: (name, code) => close({ name, code, text: name }),
    }
    lines.push(line)
    return connection
  }

  return {
    device,
    state,
    lines,
    accepted,
    waits,
    calls,
    /** The latest line. */
    get line(): ScriptedLine {
      const line = lines.at(-1)
      if (!line) throw new Error('there is no line')
      return line
    },
    acknowledge: (id: string) => void waiting.delete(id),
    die(error: Error) {
      for (const listener of mourners) listener(error)
    },
  }
}
