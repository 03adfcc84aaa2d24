/**
 * Whom this process believes to be WhatsApp. The Noise root key is global to Baileys, so one process has one mode,
 * chosen once: with the sandbox's root only in sandbox mode, and in live mode only with WhatsApp's own, which is
 * pinned here as well.
 */
import { WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import type { ServerAddress } from './types.ts'

/** WhatsApp's long-term Noise root, as in WhatsApp Web. */
const WHATSAPP_ROOT = '142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b'

let chosen: string | undefined

/**
 * Chooses the mode of this process. Repeating the same choice is fine.
 * @throws Error when the process has chosen otherwise before, or when the root key is not a key
 */
export function trust(server: ServerAddress): void {
  const root = server.mode === 'live' ? WHATSAPP_ROOT : sandboxRoot(server.rootKey)
  const choice = `${server.mode} ${root}`
  if (chosen !== undefined && chosen !== choice)
    throw new Error('This process has chosen its WhatsApp servers already; live and sandbox never mix.')
  if (server.mode === 'live' && WA_CERT_DETAILS.PUBLIC_KEY.toString('hex') !== WHATSAPP_ROOT)
    throw new Error('The trusted Noise root is not the one of WhatsApp.')
  chosen = choice
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root, 'hex')
}

function sandboxRoot(rootKey: string): string {
  if (!/^[0-9a-f]{64}$/i.test(rootKey)) throw new Error('The root key of a sandbox is 32 bytes in hex.')
  if (rootKey.toLowerCase() === WHATSAPP_ROOT)
    throw new Error('A sandbox cannot have the root key of WhatsApp.')
  return rootKey.toLowerCase()
}
