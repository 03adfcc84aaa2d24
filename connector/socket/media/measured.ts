/** What is said of a film or a sound beside its content: how long it is, how large, what its voice looks like. */
import { getAudioDuration } from '@whiskeysockets/baileys'
import { filmAt } from './mp4.ts'
import { waveformOf } from './waveform.ts'

export type Measured = { seconds?: number; width?: number; height?: number; waveform?: Uint8Array }

/**
 * What the file does not say is left out. Of a sound Baileys finds out how long it is, unless it is one for everybody
 * (`openly`), which it does not read.
 */
export async function measured(
  kind: string,
  path: string,
  { voice, openly }: { voice?: boolean | undefined; openly?: boolean | undefined },
): Promise<Measured> {
  if (kind === 'video') {
    const { seconds, ...extent } = await filmAt(path)
    return { ...extent, ...whole(seconds) }
  }
  if (kind !== 'audio') return {}
  const waveform = voice ? await waveformOf(path) : undefined
  const seconds = openly ? await getAudioDuration(path).catch(() => undefined) : undefined
  return { ...(waveform ? { waveform } : {}), ...whole(seconds) }
}

/** A phone shows whole seconds, and one at least. */
const whole = (seconds: number | undefined) => (seconds ? { seconds: Math.max(1, Math.round(seconds)) } : {})
