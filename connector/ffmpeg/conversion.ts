/**
 * What phones cannot play is made into what they can: a sound into Ogg with Opus, as their voice notes are, a film into
 * MP4 with H.264 and AAC. One sound and one film at a time, so that neither waits for the other.
 */
import PQueue from 'p-queue'
import { type Convertible, demuxerOf } from './formats.ts'
import { ffmpeg } from './program.ts'

/** `mimetype` is what the file is, and then what was made of it. */
export type Convert = (
  kind: Convertible,
  file: { path: string; mimetype: string },
  target: string,
) => Promise<string>

/** At most as large as phones make it themselves, each side even, as H.264 wants it. */
const SCALED =
  "scale=w='min(1280,iw)':h='min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p"
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-vf', SCALED]
const AAC = ['-c:a', 'aac', '-b:a', '96k', '-ac', '2']
const OPUS = ['-c:a', 'libopus', '-b:a', '32k', '-ac', '1', '-ar', '48000', '-application', 'voip']

const MADE = {
  audio: {
    mimetype: 'audio/ogg; codecs=opus',
    output: ['-map', '0:a:0', ...OPUS, '-f', 'ogg'],
    seconds: 240,
    queue: new PQueue({ concurrency: 1 }),
  },
  video: {
    mimetype: 'video/mp4',
    output: ['-map', '0:v:0', '-map', '0:a:0?', ...H264, ...AAC, '-movflags', '+faststart', '-f', 'mp4'],
    seconds: 900,
    queue: new PQueue({ concurrency: 1 }),
  },
} as const

/** @throws NoProgram, NotMade */
export const converting =
  (program?: string): Convert =>
  async (kind, { path, mimetype }, target) => {
    const { output, seconds, queue, mimetype: made } = MADE[kind]
    const job = { path, format: demuxerOf(mimetype), output: [...output, `file:${target}`], seconds }
    await queue.add(() => ffmpeg(job, program))
    return made
  }
