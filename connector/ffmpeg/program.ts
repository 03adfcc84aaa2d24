/**
 * The program `ffmpeg` beside the connector: it reads files of strangers, in a process of its own that can do little harm.
 * It gets no secret of ours and no address, reads one file in the format that it is told, on one thread and after
 * everything else, and its time, its memory and what it writes are bounded. When memory runs out, it is the first to go.
 */
import { type ExecFileException, execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** There is no such program here. */
export class NoProgram extends Error {
  override readonly name = 'NoProgram'
}

/** It could make nothing of the file; `isLate` when it took longer than it may. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
  readonly isLate: boolean
  constructor(cause: ExecFileException) {
    super('ffmpeg could not make anything of the file.', { cause })
    this.isLate = cause.killed === true
  }
}

/** Address space in KB: three times what a film of 4K takes. */
const MEMORY_KB = 600_000
/** What it may write, in blocks of 512 bytes: as much as WhatsApp takes of a film. */
const WRITTEN = (64 * 1024 * 1024) / 512
/** Of one picture: those of 4K, and a little more. */
const PIXELS = 9_000_000
/** Nothing made of a file that is cut is no success. */
const NOT_NOTHING = ['-abort_on', 'empty_output+empty_output_stream']
/** Bytes that may come through the pipe. */
const PIPED = 200_000

/** What a system does not know of this is left out; the shell becomes the program, so that killing one kills the other. */
const BOUNDED = `for bound in '-c 0' '-v ${MEMORY_KB}' '-f ${WRITTEN}'; do
  (ulimit $bound) 2>/dev/null && ulimit $bound
done
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
exec env -i PATH="$PATH" nice -n 19 "$0" "$@"`
const NOT_FOUND = 127

export type Job = {
  path: string
  /** As ffmpeg calls it. A list of other files, or a description of one, is none that is asked for. */
  format: string
  /** What is to be made of it, and where to; `pipe:1` is what is answered. */
  output: string[]
  seconds: number
}

/** @throws NoProgram, NotMade */
export async function ffmpeg({ path, format, output, seconds }: Job, program = 'ffmpeg'): Promise<Buffer> {
  const looked = ['-protocol_whitelist', 'file', '-probesize', '5M', '-analyzeduration', '5M']
  const input = ['-f', format, '-threads', '1', '-max_pixels', `${PIXELS}`, '-i', `file:${path}`]
  const bare = ['-map_metadata', '-1', '-sn', '-dn', '-threads', '1', '-filter_threads', '1']
  const all = ['-nostdin', '-v', 'error', '-y', ...NOT_NOTHING, ...looked, ...input, ...bare, ...output]
  try {
    const { stdout } = await run('sh', ['-c', BOUNDED, program, ...all], {
      timeout: seconds * 1_000,
      killSignal: 'SIGKILL',
      maxBuffer: PIPED,
      encoding: 'buffer',
    })
    return stdout
  } catch (error) {
    const ended = error as ExecFileException
    if (ended.code === NOT_FOUND || String(ended.code) === 'ENOENT')
      throw new NoProgram(`There is no program ${program}.`, { cause: error })
    throw new NotMade(ended)
  }
}
