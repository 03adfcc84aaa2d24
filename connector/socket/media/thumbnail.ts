/** Small JPEGs of pictures, by the library that Baileys brings. */
import { extractImageThumb } from '@whiskeysockets/baileys'

/** Pixels, as wide as WhatsApp shows a link's picture. */
const WIDTH = 192

/** @throws when it is no picture that can be read */
export async function thumbnailOf(picture: Buffer): Promise<Buffer> {
  return Buffer.from((await extractImageThumb(picture, WIDTH)).buffer)
}
