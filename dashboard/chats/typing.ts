/** Who is typing. WhatsApp tells it of persons whose presence was asked for, and does not always say when it ends. */
import { useEffect, useState } from 'preact/hooks'
import { at } from '../api/client.ts'
import type { Event } from '../api/types.ts'
import { useApi } from '../api/use.ts'
import { isGroup } from './ids.ts'

/** Milliseconds: nobody types for longer without saying so again. */
const LASTS = 15_000

export function useTyping(sessionId: string, chatId: string | undefined, isConnected: boolean) {
  const api = useApi()
  const [what, setWhat] = useState<'typing' | 'recording'>()
  const asksFor = isConnected && chatId && !isGroup(chatId) ? chatId : undefined

  useEffect(() => {
    setWhat(undefined)
    if (!asksFor) return
    // Not knowing is fine: many people do not share it.
    api.get(at`/api/sessions/${sessionId}/chats/${asksFor}/presence`).catch(() => undefined)
  }, [api, sessionId, asksFor])
  useEffect(() => {
    if (!what) return
    const timer = setTimeout(() => setWhat(undefined), LASTS)
    return () => clearTimeout(timer)
  }, [what])

  return {
    what,
    apply(event: Event) {
      if (event.type !== 'presence.update' || event.payload.chatId !== chatId) return
      const { state } = event.payload
      setWhat(state === 'composing' ? 'typing' : state === 'recording' ? 'recording' : undefined)
    },
  }
}
