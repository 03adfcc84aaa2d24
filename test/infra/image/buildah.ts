/**
 * Builds the connector's image with Debian's buildah, from its Dockerfile unchanged, where buildah and mmdebstrap are
 * installed. The base image cannot be had everywhere, so a stand-in takes its name: a minimal Debian with this machine's
 * Node 24, npm, a user `node`, and this machine's certificates.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, WORK } from '../evaluate/layout.ts'

const PLACE = join(WORK, 'buildah')
const BASE = 'docker.io/library/node:24-slim'
const IMAGE = 'localhost/linekeeper-connector:check'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

export type Inspected = {
  user: string
  command: string[]
  environment: string[]
  volumes: string[]
  /** Of our code and its packages, of the programs beside it, and of all. */
  megabytes: { app: number; programs: number; all: number }
}

/** It needs root, because it unpacks a file system with owners. */
export const canBuild = (): boolean =>
  process.getuid?.() === 0 &&
  ['buildah', 'mmdebstrap'].every((tool) => spawnSync(tool, ['--version']).status === 0)

export function buildImage(): Inspected {
  prepare()
  if (!exists(BASE)) buildBase()
  // Those of former runs, which have lost their name to the one after them.
  buildah(['rmi', '--prune'])
  buildah(['bud', ...ISOLATION, '--pull-never', '-f', 'connector/Dockerfile', '-t', IMAGE, '.'], ROOT)
  const { OCIv1 } = JSON.parse(buildah(['inspect', '--type', 'image', IMAGE])) as {
    OCIv1: { config: { User: string; Cmd: string[]; Env: string[]; Volumes?: Record<string, unknown> } }
  }
  const { User, Cmd, Env, Volumes = {} } = OCIv1.config
  const container = buildah(['from', '--pull-never', IMAGE]).trim()
  const root = buildah(['mount', container]).trim()
  const sizeOf = (path: string) => Number(must('du', ['-sxm', join(root, path)]).split('\t')[0])
  const megabytes = { app: sizeOf('app'), programs: sizeOf('opt/ffmpeg'), all: sizeOf('.') }
  buildah(['rm', container])
  return {
    user: User,
    command: Cmd,
    environment: Env,
    volumes: Object.keys(Volumes),
    megabytes,
  }
}

/** Mounts the image's file system, for as long as it is held. */
export function mountImage(): { root: string } & Disposable {
  const container = buildah(['from', '--pull-never', IMAGE]).trim()
  const root = buildah(['mount', container]).trim()
  return {
    root,
    [Symbol.dispose]() {
      buildah(['umount', container])
      buildah(['rm', container])
    },
  }
}

const ISOLATION = [
  '--isolation',
  'chroot',
  '--network',
  'host',
  '--signature-policy',
  join(PLACE, 'policy.json'),
]

/** Storage of its own, without a file system that layers. */
function prepare(): void {
  mkdirSync(PLACE, { recursive: true })
  writeFileSync(
    join(PLACE, 'storage.conf'),
    `[storage]\ndriver = "vfs"\ngraphroot = "${PLACE}/graph"\nrunroot = "${PLACE}/run"\n`,
  )
  writeFileSync(join(PLACE, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}')
}

function buildBase(): void {
  const context = join(PLACE, 'base')
  rmSync(context, { recursive: true, force: true })
  mkdirSync(context, { recursive: true })
  const packages = '--include=ca-certificates,libatomic1,libstdc++6'
  must('mmdebstrap', ['--variant=minbase', packages, 'bookworm', join(context, 'rootfs.tar')])
  copyFileSync(realpathSync(process.execPath), join(context, 'node'))
  cpSync(join(must('npm', ['root', '-g']).trim(), 'npm'), join(context, 'npm'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  if (existsSync(CERTIFICATES)) copyFileSync(CERTIFICATES, join(context, 'certificates.crt'))
  else writeFileSync(join(context, 'certificates.crt'), '')
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM scratch
ADD rootfs.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY certificates.crt /etc/ssl/build-machine.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/build-machine.crt
`,
  )
  buildah(['bud', ...ISOLATION, '-t', BASE, context])
}

const buildah = (args: string[], cwd = PLACE): string => must('buildah', args, cwd)

const environment = () => ({ ...process.env, CONTAINERS_STORAGE_CONF: join(PLACE, 'storage.conf') })

function must(command: string, args: string[], cwd = PLACE): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`)
  return stdout
}

const exists = (image: string): boolean =>
  spawnSync('buildah', ['inspect', '--type', 'image', image], { env: environment(), stdio: 'ignore' })
    .status === 0
