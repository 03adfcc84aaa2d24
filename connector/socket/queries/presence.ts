/** Being there, typing, and whether somebody else is there. Asking about somebody subscribes to what changes. */
import type { BaileysEventMap } from '@whiskeysockets/baileys'
import type { Gives } from '#core/contract/request.ts'
import { iso } from '#core/platform/clock.ts'
import { toPresence } from '../presence.ts'
import type { Answers, Asked } from './index.ts'

/** WhatsApp says nothing about people who do not share it. */
const PATIENCE_MS = 2_000

export const presenceAnswers = (asked: Asked): Answers => ({
  async 'presence.set'({ online }) {
    const { socket } = asked
    const name = socket.authState.creds.me?.name?.replaceAll('@', '')
    const type = online ? 'available' : 'unavailable'
    await socket.sendNode({ tag: 'presence', attrs: { ...(name ? { name } : {}), type } })
    return {}
  },
  async 'presence.typing'({ chatId, state }) {
    await asked.socket.sendPresenceUpdate(state, chatId)
    return {}
  },
  'presence.of': ({ chatId }) => presenceOf(asked, chatId),
})

function presenceOf({ socket, lidOf }: Asked, chatId: string): Promise<Gives<'presence.of'>> {
  const names = new Set([chatId, lidOf(`+${chatId.split('@')[0]}`)])
  const { promise, resolve } = Promise.withResolvers<Gives<'presence.of'>>()
  const heard = ({ id, presences }: BaileysEventMap['presence.update']) => {
    const [told] = Object.entries(presences)
    if (!names.has(id) || !told) return
    const { state, lastSeen } = toPresence(id, ...told)
    resolve({ presence: { state, ...(lastSeen ? { lastSeen: iso(lastSeen * 1_000) } : {}) } })
  }
  socket.ev.on('presence.update', heard)
  const timer = setTimeout(resolve, PATIENCE_MS, {})
  socket.presenceSubscribe(chatId).catch(() => resolve({}))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.ev.off('presence.update', heard)
  })
}
