/**
 * QR codes for the person at the terminal. A real QR links whoever scans it, so it is a secret: it is drawn on a
 * terminal only, unless asked for otherwise, and never written to a log.
 */
import { renderUnicodeCompact } from 'uqr'
import * as z from 'zod'

const Qr = z.object({
  type: z.literal('qr'),
  sessionId: z.string(),
  name: z.string(),
  text: z.string(),
  expiresAt: z.union([z.number(), z.iso.datetime()]),
})

export type Terminal = { write(text: string): void; drawsQr: boolean }

/** Answers what a connector tells; anything but a QR is left alone. */
export const showQr =
  (terminal: Terminal, apiOrigin: string) =>
  (message: unknown): void => {
    const read = Qr.safeParse(message)
    if (!read.success) return
    const { name, sessionId, text, expiresAt } = read.data
    const until = new Date(expiresAt).toLocaleTimeString()
    terminal.write(
      terminal.drawsQr
        ? `\n${renderUnicodeCompact(text, { border: 2 })}\nScan to link "${printable(name)}" (session ${sessionId}), until ${until}.\n`
        : `"${printable(name)}" waits for its QR code to be scanned: GET ${apiOrigin}/api/sessions/${sessionId}/qr\n`,
    )
  }

/** Names are chosen by callers of the API; control characters in them would steer the terminal. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?')
