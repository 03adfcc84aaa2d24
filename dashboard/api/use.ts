/** The API inside of components: who is signed in, and data that is loaded when a part of the page appears. */
import { createContext } from 'preact'
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks'
import { type Api, Refusal } from './client.ts'

const Signed = createContext<Api | undefined>(undefined)
export const SignedIn = Signed.Provider

export function useApi(): Api {
  const api = useContext(Signed)
  if (!api) throw new Error('nobody is signed in')
  return api
}

export type Loaded<T> = {
  data: T | undefined
  error: Error | undefined
  /** Loads anew and keeps what is shown until then. */
  reload(): void
  /** Shows something else than what was loaded. */
  change(next: (data: T) => T): void
}

/** Between two loads of the same: when much happens at once, the API is not asked for each of it. */
const REST_MS = 700
/** After a load that may succeed the next time. */
const AGAIN_MS = 3_000

/**
 * Loads when it appears and whenever `key` changes; an answer that comes too late for its key is dropped. Reloads that are
 * asked for while one is under way become one. While the server is away, or says that it cannot now, it is asked again.
 */
export function useLoad<T>(key: string, load: (api: Api) => Promise<T>): Loaded<T> {
  const api = useApi()
  const [state, setState] = useState<{ key: string; data?: T; error?: Error | undefined }>({ key })
  const latest = useRef({ key, load, busy: false, again: false })
  Object.assign(latest.current, { key, load })

  const run = useCallback(async () => {
    const now = latest.current
    if (now.busy) {
      now.again = true
      return
    }
    now.busy = true
    let asked: string | undefined
    do {
      if (asked === now.key) await new Promise((resolve) => setTimeout(resolve, REST_MS))
      now.again = false
      asked = now.key
      const key = asked
      const outcome = await now.load(api).then(
        (data) => ({ key, data }),
        (error: Error) => ({ key, error }),
      )
      if (key !== now.key) now.again = true
      else setState((before) => (before.key === key ? { ...before, error: undefined, ...outcome } : outcome))
    } while (now.again)
    now.busy = false
  }, [api])

  useEffect(() => void run(), [key, run])
  useEffect(() => {
    if (!mayPass(state.error)) return
    const timer = setTimeout(run, AGAIN_MS)
    return () => clearTimeout(timer)
  }, [state.error, run])
  const isCurrent = state.key === key
  return {
    data: isCurrent ? state.data : undefined,
    error: isCurrent ? state.error : undefined,
    reload: run,
    change: (next) =>
      setState((before) => (before.data === undefined ? before : { ...before, data: next(before.data) })),
  }
}

const mayPass = (error: Error | undefined): boolean =>
  error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500)

/** Something that a person asked for: tells whether it is under way and why it failed. */
export function useAction<Given extends unknown[]>(
  act: (api: Api, ...given: Given) => Promise<void>,
): {
  run(...given: Given): Promise<boolean>
  isBusy: boolean
  error: Error | undefined
} {
  const api = useApi()
  const [state, setState] = useState<{ isBusy: boolean; error?: Error }>({ isBusy: false })
  return {
    ...state,
    error: state.error,
    async run(...given) {
      setState({ isBusy: true })
      try {
        await act(api, ...given)
        setState({ isBusy: false })
        return true
      } catch (error) {
        setState({ isBusy: false, error: error as Error })
        return false
      }
    },
  }
}
