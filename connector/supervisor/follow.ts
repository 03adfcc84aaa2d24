/** What the API asks of a session (start, stop, restart, logout, clear-auth, delete), step by step. */
import type { Intent } from '#core/session.ts'
import type { Detail } from './display.ts'
import { isRunning, type Phase } from './phase.ts'

export type Deeds = {
  phase(): Phase
  isWanted(): boolean
  /** Connects anew. */
  begin(detail: Detail): void
  enter(phase: Phase, detail: Detail): void
  /** An intent is done, and nothing else changes. */
  done(n: number): void
  hangUp(why: string): Promise<void>
  stop(): Promise<void>
  forgetLink(reason: string, detail?: Detail): Promise<void>
  /** Erases the device and everything that is stored of the session. */
  remove(): Promise<void>
}

export async function follow({ n, action, unlinkFirst }: Intent, deeds: Deeds): Promise<void> {
  const done = { doneIntent: n }
  if (unlinkFirst) await deeds.forgetLink('logged_out')
  switch (action) {
    case 'start':
      if (isUnderWay(deeds.phase())) deeds.done(n)
      else deeds.begin(done)
      break
    case 'stop':
      await deeds.stop()
      deeds.enter('idle', done)
      break
    case 'restart':
      await deeds.hangUp('restart')
      deeds.begin({ reason: 'restart', ...done })
      break
    case 'logout':
      await deeds.forgetLink('logged_out', done)
      break
    case 'clear-auth':
      await deeds.forgetLink('auth_cleared', done)
      if (deeds.isWanted()) deeds.begin({ reason: 'auth_cleared' })
      break
    case 'delete':
      await deeds.remove()
      break
  }
}

const isUnderWay = (phase: Phase): boolean => isRunning(phase) && phase !== 'waiting'
