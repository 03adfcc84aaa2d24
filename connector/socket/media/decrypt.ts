/**
 * The content of a file as it comes from WhatsApp's media server: AES-256-CBC, with the first ten bytes of an HMAC behind
 * it. Streamed; whoever reads it to the end has the right content, and an error otherwise.
 */
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { getMediaKeys, type MediaType } from '@whiskeysockets/baileys'

const MAC = 10

/** Not what the message promised: broken on the way, or exchanged. */
export class Tampered extends Error {
  override readonly name = 'Tampered'
}

export async function* decrypted(
  ciphertext: AsyncIterable<Uint8Array>,
  mediaKey: Uint8Array,
  kind: MediaType,
): AsyncGenerator<Buffer> {
  const { cipherKey, iv, macKey } = await getMediaKeys(mediaKey, kind)
  if (!macKey) throw new Tampered('There is no key for it.')
  const cipher = createDecipheriv('aes-256-cbc', cipherKey, iv)
  const hmac = createHmac('sha256', macKey).update(iv)
  let held = Buffer.alloc(0)
  for await (const chunk of ciphertext) {
    const all = Buffer.concat([held, chunk])
    const body = all.subarray(0, Math.max(0, all.length - MAC))
    held = all.subarray(body.length)
    hmac.update(body)
    const plain = cipher.update(body)
    if (plain.length > 0) yield plain
  }
  if (held.length < MAC || !timingSafeEqual(hmac.digest().subarray(0, MAC), held))
    throw new Tampered('The file is not what was sent.')
  const rest = lastOf(() => cipher.final())
  if (rest.length > 0) yield rest
}

function lastOf(final: () => Buffer): Buffer {
  try {
    return final()
  } catch (cause) {
    throw new Tampered('The file is not what was sent.', { cause })
  }
}
