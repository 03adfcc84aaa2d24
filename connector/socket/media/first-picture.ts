/**
 * The first picture of a film as a small JPEG, by the program `ffmpeg`, where it is installed. The film comes from
 * strangers: it is read as MP4 and as nothing else, from this one file, by one thread and for a few seconds at most.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Pixels, as wide as WhatsApp shows it before the film is loaded. */
const WIDTH = 72
const LIMITS = { timeout: 8_000, killSignal: 'SIGKILL', maxBuffer: 200_000, encoding: 'buffer' } as const

/** @throws when there is no such program, or it finds no picture */
export async function firstPictureOf(path: string, program = 'ffmpeg'): Promise<Buffer> {
  const input = ['-protocol_whitelist', 'file', '-f', 'mov', '-threads', '1', '-i', `file:${path}`]
  const output = ['-frames:v', '1', '-vf', `scale=${WIDTH}:-2`, '-f', 'mjpeg', 'pipe:1']
  const { stdout } = await run(program, ['-nostdin', '-v', 'error', ...input, ...output], LIMITS)
  if (stdout.length === 0) throw new Error('the film has no picture')
  return stdout
}
