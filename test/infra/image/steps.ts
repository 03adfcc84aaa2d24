/**
 * Builds the connector's image by the steps of its Dockerfile, in folders instead of layers, where no container engine
 * is needed: what `COPY` may see is what .dockerignore leaves, `RUN` runs here. Installing packages is done anew only
 * when what it depends on has changed. What a stage installs from Debian is left to container engines: it would be
 * installed here.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ROOT, WORK } from '../evaluate/layout.ts'
import { type Image, parseDockerfile, type Stage } from './dockerfile.ts'
import { ignores } from './ignore.ts'

const FINAL = 'final-'
const DOCKERFILE = 'connector/Dockerfile'
/** What the packages depend on. */
const INPUTS = [DOCKERFILE, 'package.json', 'package-lock.json', '.npmrc']

/** `root` is the root of the image's file system, `folder` the working folder in it. */
export type Built = { root: string; folder: string; image: Image; stages: Stage[] }

export function buildBySteps(): Built {
  const stages = withoutDebian(parseDockerfile(readFileSync(join(ROOT, DOCKERFILE), 'utf8')))
  const ignored = ignores(readFileSync(join(ROOT, '.dockerignore'), 'utf8'))
  const place = join(WORK, 'image', fingerprint())
  removeLeftovers(place)
  let built: Built | undefined
  for (const [index, stage] of stages.entries()) {
    const isFinal = index === stages.length - 1
    // The last stage is what our sources are now; two runs side by side have one each.
    const root = join(place, isFinal ? `${FINAL}${process.pid}` : (stage.name ?? `stage-${index}`))
    const folder = isFinal || !existsSync(root) ? runStage(stage, root, place, ignored) : ''
    built = { root, folder, image: stage.image, stages }
  }
  if (!built) throw new Error(`${DOCKERFILE} has no stage`)
  return built
}

function withoutDebian(stages: Stage[]): Stage[] {
  const isOfDebian = ({ steps }: Stage) =>
    steps.some((step) => step.kind === 'run' && /\bapt-get\b/.test(step.command))
  const left = new Set(stages.filter(isOfDebian).map(({ name }) => name))
  return stages
    .filter(({ name }) => !left.has(name))
    .map((stage) => ({
      ...stage,
      steps: stage.steps.filter((step) => step.kind !== 'copy' || !step.from || !left.has(step.from)),
    }))
}

/** Under another name until it is complete, so that a stage that was interrupted is not taken for done. */
function runStage(stage: Stage, root: string, place: string, ignored: (path: string) => boolean): string {
  const work = `${root}.unfinished-${process.pid}`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  let folder = '/'
  for (const step of stage.steps) {
    const here = join(work, folder)
    if (step.kind === 'workdir') {
      folder = resolve(folder, step.path)
      mkdirSync(join(work, folder), { recursive: true })
    } else if (step.kind === 'run') run(step.command, here, stage.image)
    else
      for (const source of step.sources)
        copy(
          step.from ? join(place, step.from, source) : join(ROOT, source),
          targetOf(step.target, source, here, work),
          (path) => Boolean(step.from) || !ignored(relative(ROOT, path)),
        )
  }
  // Somebody else may have been through with it meanwhile: theirs is as good.
  if (existsSync(root)) rmSync(work, { recursive: true })
  else renameSync(work, root)
  return join(root, folder)
}

/** What runs that have ended, or were interrupted, have left. */
function removeLeftovers(place: string): void {
  const names = existsSync(place) ? readdirSync(place) : []
  for (const name of names) {
    const pid = /(?:final|\.unfinished)-(\d+)$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(place, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A target that ends in a slash, or is the working folder, is a folder to copy into. */
function targetOf(target: string, source: string, here: string, root: string): string {
  const path = target.startsWith('/') ? join(root, target) : resolve(here, target)
  return target.endsWith('/') ? join(path, source) : path
}

function copy(from: string, to: string, isWanted: (path: string) => boolean): void {
  if (!isWanted(from)) throw new Error(`COPY ${from}: .dockerignore leaves it out`)
  const isFolder = statSync(from).isDirectory()
  mkdirSync(isFolder ? to : dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, filter: (path) => isWanted(path), verbatimSymlinks: true })
}

function run(command: string, cwd: string, image: Image): void {
  // PATH leads to Node 24, because this runs in a script of npm.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...image.environment }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`RUN ${command}\n${stdout}${stderr}`)
}

function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of INPUTS) hash.update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}
