/** Draws a QR code: as a PNG of exactly the size that is promised, as SVG, and for a terminal. */
import { encode, renderSVG, renderUnicodeCompact } from 'uqr'

/** Modules of quiet zone on each side, by ISO/IEC 18004. */
const QUIET_ZONE = 4

export const svg = (text: string): string => renderSVG(text, { border: QUIET_ZONE })

/** Half blocks, two modules a character. Dark on light, as scanners expect, on a dark terminal. */
export const terminal = (text: string): string => `${renderUnicodeCompact(text, { border: 2 })}\n`

/**
 * Black on white, `size` pixels square; every module has the same whole number of pixels, the rest is margin.
 * @throws RangeError when the code does not fit
 */
export async function png(text: string, size = 256): Promise<Buffer> {
  // Loaded when a QR code is drawn: a message need not wait for it at a cold start.
  const { PNG } = await import('pngjs')
  const code = encode(text, { ecc: 'L', border: 0 })
  const scale = Math.floor(size / (code.size + 2 * QUIET_ZONE))
  if (scale < 1) throw new RangeError(`a QR code of ${code.size} modules does not fit ${size} pixels`)
  const margin = Math.floor((size - code.size * scale) / 2)
  const image = new PNG({ width: size, height: size, colorType: 0 })
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const isDark = code.data[Math.floor((y - margin) / scale)]?.[Math.floor((x - margin) / scale)] ?? false
      image.data.fill(isDark ? 0 : 255, (y * size + x) * 4, (y * size + x) * 4 + 3)
      image.data[(y * size + x) * 4 + 3] = 255
    }
  return PNG.sync.write(image, { colorType: 0 })
}
