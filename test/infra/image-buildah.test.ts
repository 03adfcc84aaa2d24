/** Where a container engine can be had: the image itself, built from its Dockerfile, and started. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { choosePort } from '../../local/port.ts'
import { until } from '../support/until.ts'
import { startCloud } from './deployed/cloud.ts'
import { buildImage, canBuild, type Inspected, mountImage } from './image/buildah.ts'
import { viewOf } from './rules/view.ts'
import { evaluated } from './variants.ts'

describe.runIf(canBuild())('built with buildah', () => {
  let built: Inspected
  beforeAll(() => {
    built = buildImage()
  }, 600_000)

  test('it is what the stack expects of it', () => {
    expect(built).toMatchObject({ user: 'node', volumes: ['/tmp'] })
    expect(built.command.slice(-1)).toEqual(['connector/main.ts'])
    expect(built.environment).toContain('NODE_ENV=production')
    expect(built.megabytes.app).toBeLessThan(100)
    expect(built.megabytes.programs).toBeLessThan(260)
  })

  test('films get a thumbnail in it, and sounds become voice notes', () => {
    using image = mountImage()
    const { status, stdout, stderr } = spawnSync('unshare', [...IN_IT, image.root, 'sh', '-c', FILMED], {
      env: ENVIRONMENT,
      timeout: 60_000,
    })
    expect(status, stderr.toString()).toBe(0)
    expect(stdout.subarray(0, 2).toString('hex')).toBe('ffd8')
    expect(stdout.includes('OggS')).toBe(true)
  })

  test('it runs as nobody in particular on a file system that it cannot write, and ends in time', async () => {
    await using cloud = await startCloud(viewOf(evaluated('against simulators')))
    using image = mountImage()
    const { environment, guard } = await cloud.part('Connector')
    const port = await choosePort(0, 'HEALTH_PORT')
    const settings = { ...environment, WHATSAPP_URL: 'ws://127.0.0.1:9/ws/chat', HEALTH_PORT: `${port}` }
    const child = spawn('unshare', [...IN_IT, image.root, ...built.command], {
      env: { ...ENVIRONMENT, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
    const exited = once(child, 'exit') as Promise<[code: number | null]>

    await until('all shards', async () => (await healthAt(port)).shards.length === 4, { withinMs: 60_000 })
    expect(statSync(`/proc/${child.pid}`).uid).toBe(1000)
    const began = performance.now()
    child.kill('SIGTERM')
    const [code] = await exited
    expect(code, output.join('').slice(-2_000)).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect([...guard.refused]).toEqual([])
  }, 120_000)
})

const healthAt = async (port: number) =>
  (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { shards: number[] }

/** The file system read-only but for /tmp, as the task definition has it, and no root. */
const INSIDE = `set -e
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /proc "$root/proc" 2>/dev/null || true
cd /
exec chroot --userspec=1000:1000 "$root" sh -c 'cd /app && ! touch here 2>/dev/null && touch /tmp/there && exec "$@"' sh "$@"`

const IN_IT = ['--mount', 'sh', '-c', INSIDE, 'sh']
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', NODE_ENV: 'production' }

/** A film and a sound are made by the program itself; ours makes a picture and a voice note of them. */
const FILMED = `ffmpeg -v error -f lavfi -i testsrc=size=320x240:duration=1 -pix_fmt yuv420p /tmp/film.mp4
ffmpeg -v error -f lavfi -i sine=duration=1 /tmp/sound.wav
exec node --input-type=module -e '
import { readFileSync } from "node:fs"
import { converting } from "/app/connector/ffmpeg/conversion.ts"
import { firstPictureOf } from "/app/connector/ffmpeg/picture.ts"
process.stdout.write(await firstPictureOf("/tmp/film.mp4"))
await converting()("audio", { path: "/tmp/sound.wav", mimetype: "audio/wav" }, "/tmp/voice.ogg")
process.stdout.write(readFileSync("/tmp/voice.ogg"))
'`
