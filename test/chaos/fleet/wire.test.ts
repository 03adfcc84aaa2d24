import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../support/until.ts'
import { wire } from './wire.ts'

async function echo() {
  const ends: Socket[] = []
  const server = createServer((socket) => {
    ends.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const line = await wire(`127.0.0.1:${port}`)
  onTestFinished(async () => {
    await line[Symbol.asyncDispose]()
    for (const end of ends) end.destroy()
    server.close()
  })
  const dial = () => {
    const [hostname, at] = line.host.split(':')
    const socket = connect(Number(at), hostname)
    const heard: string[] = []
    socket.on('data', (chunk) => heard.push(chunk.toString()))
    socket.on('error', () => undefined)
    return { socket, heard: () => heard.join('') }
  }
  return { line, dial }
}

test('a whole wire carries in both directions, and large things whole', async () => {
  const { dial } = await echo()
  const { socket, heard } = dial()
  const text = 'x'.repeat(3_000_000)
  socket.write(text)
  await until('all of it', () => heard() === text)
})

test('a silent wire tells nobody, and what was under way arrives when it is mended', async () => {
  const { line, dial } = await echo()
  const { socket, heard } = dial()
  socket.write('before ')
  await until('the first word', () => heard() === 'before ')
  line.cut('silent')
  socket.write('during ')
  const late = dial()
  late.socket.write('late')
  await until('the late one is connected', () => late.socket.readyState === 'open')
  expect(heard()).toBe('before ')
  expect(socket.destroyed).toBe(false)
  line.mend()
  await until('the second word', () => heard() === 'before during ')
  await until('the late one', () => late.heard() === 'late')
})

test('a torn wire ends what is there and refuses what comes, until it is mended', async () => {
  const { line, dial } = await echo()
  const first = dial()
  await until('connected', () => first.socket.readyState === 'open')
  line.cut('torn')
  await until('the first has ended', () => first.socket.destroyed)
  const second = dial()
  await until('the second was refused', () => second.socket.destroyed)
  line.mend()
  const third = dial()
  third.socket.write('again')
  await until('an answer', () => third.heard() === 'again')
})
