/** A line of one session, with what it says put into the session's words: what is shown, told, and done next. */
import { presenceShown, qrShown } from '../events/volatile.ts'
import type { Closed, ConnectSettings, Device, Me } from '../socket/index.ts'
import type { Detail } from './display.ts'
import { Line } from './line.ts'
import type { SessionParts } from './parts.ts'
import type { Phase } from './phase.ts'

type Heard = {
  choices: ConnectSettings
  isStoreSlow(): boolean
  enter(phase: Phase, detail: Detail): void
  /** A QR is shown, good until then, in ms. */
  qr(text: string, expiresAt: number): void
  /** A phone has confirmed the device. */
  linked(me: Me): void
  open(me: Me): void
  closed(line: Line, closed: Closed): void
}

/** @throws Closed | Fenced when the device is gone */
export function openLine(device: Device, { server, timing, now, tellNow }: SessionParts, heard: Heard): Line {
  const line: Line = new Line({
    device,
    server,
    timing,
    choices: heard.choices,
    now,
    isStoreSlow: heard.isStoreSlow,
    on: {
      qr: (text, expiresAt) => {
        heard.enter('pairing', { qr: { text, expiresAt: new Date(expiresAt).toISOString() } })
        heard.qr(text, expiresAt)
        tellNow(qrShown(expiresAt))
      },
      linked: heard.linked,
      open: heard.open,
      presence: (presence) => tellNow(presenceShown(presence, (lid) => device.phoneNumberOf(lid))),
      closed: (closed) => heard.closed(line, closed),
    },
  })
  return line
}
