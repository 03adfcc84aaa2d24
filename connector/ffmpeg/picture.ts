/** The first picture of a film as a small JPEG, one film after the other. */
import PQueue from 'p-queue'
import { ffmpeg } from './program.ts'

/** Pixels, as wide as WhatsApp shows it before the film is loaded. */
const WIDTH = 72
const SECONDS = 20
const queue = new PQueue({ concurrency: 1 })

/** @throws NoProgram, NotMade; Error when there is no picture in it */
export async function firstPictureOf(path: string, program?: string): Promise<Buffer> {
  const output = ['-an', '-frames:v', '1', '-vf', `scale=${WIDTH}:-2`, '-f', 'mjpeg', 'pipe:1']
  const picture = await queue.add(() => ffmpeg({ path, format: 'mov', output, seconds: SECONDS }, program))
  if (picture.length === 0) throw new Error('the film has no picture')
  return picture
}
