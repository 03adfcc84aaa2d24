/**
 * What happens in sessions, told to a part of the page for as long as it is shown. One connection per part; it opens
 * with a ticket, comes back by itself, and says when the part should read anew what it shows.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { live } from '../client/live.ts'
import type { Event } from './api/types.ts'
import { useApi } from './api/use.ts'

export type LiveState = 'connecting' | 'live' | 'waiting' | 'closed'
type Told = {
  onEvent(event: Event): void
  /** Something may have been missed: what is shown has to be read again. */
  onFresh(): void
}

/** @param events types and groups of them, such as `message.*` */
export function useLive(sessionIds: string[], events: string[], told: Told): LiveState {
  const api = useApi()
  const [state, setState] = useState<LiveState>('connecting')
  const latest = useRef(told)
  latest.current = told
  const sessions = sessionIds.join()
  const types = events.join()

  useEffect(() => {
    if (!sessions) return
    let isNew = true
    const connection = live({
      ticket: () => api.post<{ url: string; ticket: string }>('/api/live/tickets'),
      sessions: sessions.split(','),
      events: types.split(','),
      // A frame has the form of an event of the log, except for the payload of one that was too large.
      onEvent: (event) =>
        event.tooLarge ? latest.current.onFresh() : latest.current.onEvent(event as unknown as Event),
      onGap: () => latest.current.onFresh(),
      onEnded: () => latest.current.onFresh(),
      onState(next) {
        setState(next)
        if (next !== 'live' || !isNew) return
        isNew = false
        latest.current.onFresh()
      },
    })
    return () => connection.close()
  }, [api, sessions, types])
  return state
}
