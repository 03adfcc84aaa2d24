/**
 * Trouble on demand. A fault concerns everybody, or the companions of one number, and lasts until it is released or
 * its time is over; `drop` and `replace` strike at once, and strike every new login as long as they last. Faults are
 * not kept over a restart.
 */
export const FAULT_KINDS = [
  'drop',
  'refuse',
  'stall',
  'replace',
  'restrict',
  'late-acks',
  'duplicate',
  'unavailable',
  'hold-receipts',
  'no-uploads',
  'no-downloads',
  'lost-downloads',
  'garbled',
  'withheld',
  'outpaced',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]
export type FaultRequest = {
  kind: FaultKind
  number?: string | undefined
  forMs?: number | undefined
  /** Only for `late-acks`. */
  delayMs?: number | undefined
  /** Only for `restrict`: companions find out by themselves. */
  silent?: boolean | undefined
}
export type ActiveFault = FaultRequest & { id: number; endsAt?: string }
export type Faults = ReturnType<typeof scheduleFaults>

/** For the outside, numbers have a plus. */
export const withPlus = <T extends FaultRequest>(fault: T): T =>
  fault.number === undefined ? fault : { ...fault, number: `+${fault.number}` }

export function scheduleFaults() {
  const active = new Map<number, ActiveFault>()
  const timers = new Map<number, NodeJS.Timeout>()
  const listeners = new Set<() => void>()
  let lastId = 0

  const find = (kind: FaultKind, number?: string): ActiveFault | undefined =>
    [...active.values()].find(
      (fault) => fault.kind === kind && (fault.number === undefined || fault.number === number),
    )
  const end = (id: number) => {
    clearTimeout(timers.get(id))
    timers.delete(id)
    active.delete(id)
    for (const listener of [...listeners]) listener()
  }

  return {
    begin(request: FaultRequest): ActiveFault {
      const id = ++lastId
      const endsAt =
        request.forMs === undefined ? undefined : new Date(Date.now() + request.forMs).toISOString()
      const fault: ActiveFault = { id, ...request, ...(endsAt ? { endsAt } : {}) }
      active.set(id, fault)
      if (request.forMs !== undefined) timers.set(id, setTimeout(end, request.forMs, id).unref())
      return fault
    },

    /** Ends every fault of this kind and, when given, of exactly this number. Says how many there were. */
    release(kind: FaultKind, number?: string): number {
      const ending = [...active.values()].filter(
        (fault) => fault.kind === kind && (number === undefined || fault.number === number),
      )
      for (const fault of ending) end(fault.id)
      return ending.length
    },

    /** The fault of this kind that concerns this number now; a number that is not known yet only meets those for all. */
    find,
    isActive: (kind: FaultKind, number?: string): boolean => find(kind, number) !== undefined,
    list: (): ActiveFault[] => [...active.values()].map(withPlus),

    /** Resolves when no fault of this kind concerns the number any more. */
    ended(kind: FaultKind, number: () => string | undefined): Promise<void> {
      return new Promise((resolve) => {
        const check = () => {
          if (find(kind, number())) return
          listeners.delete(check)
          resolve()
        }
        listeners.add(check)
        check()
      })
    },

    /** Calls `listener` whenever a fault has ended. */
    onEnd: (listener: () => void) => listeners.add(listener),

    reset() {
      for (const id of [...active.keys()]) end(id)
    },
  }
}
