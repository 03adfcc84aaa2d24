import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../../local/identity.ts'
import { freePort } from '../../local/port.ts'
import { readRecord } from '../../local/record.ts'
import { temporaryFolder } from '../support/folder.ts'
import { inbox, type Line, linkLine, untilStatus } from '../support/line.ts'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const OWN = '+4915155500001'
const FRIEND = '+4915155500002'
const ROOT = join(import.meta.dirname, '../..')

type Message = { id: string; fromMe: boolean; text: string; status: string; chatId: string }

describe('one command, end to end', () => {
  let it: Stack
  let line: Line
  beforeAll(async () => {
    it = await stack()
  })
  afterAll(() => it?.close())

  const chat = async (): Promise<Message[]> => {
    const path = `/api/sessions/${line.sessionId}/chats/${encodeURIComponent(FRIEND)}/messages`
    return (await it.api<{ messages: Message[] }>(path)).body.messages
  }
  const send = async (text: string): Promise<Message> => {
    const { status, body } = await it.api<{ message: Message }>('/api/messages', {
      json: { sessionId: line.sessionId, to: FRIEND, text },
    })
    expect(status).toBe(202)
    return body.message
  }
  const arrives = (text: string) =>
    until(`"${text}" arrives`, async () =>
      (await inbox(it, FRIEND)).messages.find((message) => message.text === text),
    )

  test('a session is created, started, scanned and connected', async () => {
    line = await linkLine(it, OWN)
    const { body } = await it.api(`/api/sessions/${line.sessionId}/status`)
    expect(body).toMatchObject({ success: true, status: 'connected', phoneNumber: OWN, qrAvailable: false })
  })

  test('a text arrives, under the id that the API gave it, and is followed to "read"', async () => {
    const message = await send('Hello')
    expect(await arrives('Hello')).toMatchObject({ id: message.id, from: OWN, copies: 1 })
    await it.sandbox(`/phones/${FRIEND}/read`, { json: { ids: [message.id] } })
    await until('the message is read', async () => {
      const { body } = await it.api<{ message: Message }>(`/api/messages/${message.id}`)
      return body.message.status === 'read'
    })
  })

  test('a reply comes in, and both stand in the chat, newest first', async () => {
    await it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text: 'Hi yourself' } })
    await until('the reply is in the chat', async () => (await chat()).length === 2)
    expect((await chat()).map(({ text, fromMe }) => [text, fromMe])).toEqual([
      ['Hi yourself', false],
      ['Hello', true],
    ])
  })

  test('after SIGTERM nothing is left, and after a start the session is connected again without a QR', async () => {
    const asked = Date.now()
    expect(await it.stop()).toEqual([])
    expect(Date.now() - asked).toBeLessThan(10_000)
    await it.restart()
    await untilStatus(it, line.sessionId, 'connected')
    await send('After a restart')
    expect(await arrives('After a restart')).toMatchObject({ copies: 1 })
  })

  test('after SIGKILL of everything the session is connected again, and nothing is lost or doubled', async () => {
    const message = await send('Just before')
    await it.kill('all')
    await it.restart()
    await untilStatus(it, line.sessionId, 'connected')
    // Killed between the sending and the server's answer, it is sent again under its id; the phone shows it once.
    const arrived = await arrives('Just before')
    expect(arrived).toMatchObject({ id: message.id })
    expect(arrived.copies).toBeLessThanOrEqual(2)
    await it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text: 'Still there?' } })
    await until('the question is in the chat', async () =>
      (await chat()).some(({ text }) => text === 'Still there?'),
    )
    expect((await chat()).map(({ text }) => text)).toEqual([
      'Still there?',
      'Just before',
      'After a restart',
      'Hi yourself',
      'Hello',
    ])
    expect(await inbox(it, FRIEND)).toMatchObject({ undecryptable: 0 })
  })

  test.each(['connector-1', 'sandbox', 'database'] as const)(
    'a killed %s comes back by itself',
    async (part) => {
      const before = it.pids[part]
      await it.kill(part)
      await until('a new process', () => it.pids[part] !== before)
      await until('the API answers', async () => (await it.api('/api/sessions')).status === 200)
      await untilStatus(it, line.sessionId, 'connected')
      await send(`After ${part} died`)
      expect(await arrives(`After ${part} died`)).toMatchObject({ copies: 1 })
    },
  )

  test('what is kept on disk is for the owner alone', () => {
    for (const name of ['secrets.json', 'stack.json'])
      expect(statSync(join(it.dataDir, name)).mode & 0o777).toBe(0o600)
    expect(statSync(it.dataDir).mode & 0o777).toBe(0o700)
  })

  test('a second start on the same data is refused with a sentence', async () => {
    const env = { DATA_DIR: it.dataDir, PORT: '0', SANDBOX_PORT: '0' }
    await expect(stack({ env })).rejects.toThrow(`Linekeeper is running on ${it.dataDir} already`)
    expect((await it.api('/api/sessions')).status).toBe(200)
  })

  test('a taken port is refused with a sentence that names the setting', async () => {
    const port = new URL(it.origin).port
    await expect(stack({ env: { PORT: port } })).rejects.toThrow(`Port ${port} is taken: set PORT`)
    const sandbox = new URL(it.sandboxOrigin).port
    await expect(stack({ env: { SANDBOX_PORT: sandbox } })).rejects.toThrow(
      `Port ${sandbox} is taken: set SANDBOX_PORT`,
    )
  })

  test('parts that hang do not hold up the end', async () => {
    for (const part of ['connector-1', 'sandbox', 'database']) process.kill(it.pids[part]!, 'SIGSTOP')
    const asked = Date.now()
    expect(await it.stop()).toEqual([])
    expect(Date.now() - asked).toBeLessThan(10_000)
    await it.restart()
    await untilStatus(it, line.sessionId, 'connected')
  })

  test('when only the main process is killed, the rest ends by itself', async () => {
    const parts = Object.values(readRecord(it.dataDir)!.parts)
    expect(parts.length).toBe(3)
    await it.kill('main')
    await until('every part has ended', () => !parts.some(isAlive), { withinMs: 60_000 })
    await it.restart()
    await untilStatus(it, line.sessionId, 'connected')
  })
})

test('a start that is interrupted leaves nothing behind', async () => {
  using folder = temporaryFolder()
  const env = { PATH: process.env.PATH, DATA_DIR: folder.path, PORT: '0', SANDBOX_PORT: '0' }
  const start = spawn(process.execPath, ['local/main.ts'], { cwd: ROOT, env, stdio: 'ignore' })
  const { main, parts } = await until('the sandbox was started', () => {
    const record = readRecord(folder.path)
    return record?.parts.sandbox && record
  })
  start.kill('SIGTERM')
  await until('nothing is left', () => ![main, ...Object.values(parts)].some(isAlive), { withinMs: 60_000 })
})

describe('npm start', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('ends everything when npm gets %s', async (signal) => {
    using folder = temporaryFolder()
    const env = {
      ...process.env,
      DATA_DIR: folder.path,
      PORT: `${await freePort()}`,
      SANDBOX_PORT: `${await freePort()}`,
    }
    const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void npm.kill('SIGTERM'))
    let said = ''
    npm.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await until('it is ready', () => new RegExp(`^ready http://127.0.0.1:${env.PORT}$`, 'm').test(said), {
      withinMs: 90_000,
    })
    const { main, parts } = readRecord(folder.path)!
    const gone = once(npm, 'exit')
    npm.kill(signal)
    await gone
    await until('nothing is left', () => ![main, ...Object.values(parts)].some(isAlive))
  })
})
