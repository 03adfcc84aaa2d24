/** How something is, in a word and a color; never in the color alone. */
import type { Status } from '../api/types.ts'

type Mood = 'good' | 'busy' | 'bad' | 'calm'

export const Badge = ({ mood, children }: { mood: Mood; children: string }) => (
  <span class={`badge ${mood}`}>{children}</span>
)

export const STATUS_NAMES: Record<Status, string> = {
  inactive: 'Stopped',
  connecting: 'Connecting',
  qr_generated: 'Waiting for a scan',
  connected: 'Connected',
  disconnected: 'Disconnected',
}
const MOODS: Record<Status, Mood> = {
  inactive: 'calm',
  connecting: 'busy',
  qr_generated: 'busy',
  connected: 'good',
  disconnected: 'bad',
}

export const StatusBadge = ({ status }: { status: Status }) => (
  <Badge mood={MOODS[status]}>{STATUS_NAMES[status]}</Badge>
)

/** Reasons are codes such as `logged_out`. */
export const inWords = (code: string): string => code.replaceAll(/[_-]/g, ' ')
