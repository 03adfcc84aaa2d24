/**
 * Ports to listen on. Those that a person chose are theirs to free: a taken one ends the start with a sentence that
 * names the setting. Free ones come from below the range that systems give to outgoing connections, so that none of
 * these can take a port between the choice and its use.
 */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { Refusal } from './refusal.ts'

const HOST = '127.0.0.1'
/** Linux gives outgoing connections 32768 and up, others 49152 and up (RFC 6335, section 6). */
const FREE = { from: 10_240, below: 32_768 }
const ATTEMPTS = 50

/** 0 becomes a free port, any other comes back. @throws Refusal when it is taken */
export async function choosePort(port: number, setting: string): Promise<number> {
  if (port === 0) return freePort()
  await tryPort(port).catch((error: Error) => {
    throw explain(error, port, setting)
  })
  return port
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(FREE.from, FREE.below)
    const taken = await tryPort(port).catch((error: Error) => error)
    if (!taken) return port
    if (attempt === ATTEMPTS) throw new Error('no TCP port to be had', { cause: taken })
  }
}

async function tryPort(port: number): Promise<void> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(port, HOST, resolve)
  })
  await new Promise((resolve) => probe.close(resolve))
}

function explain(error: Error, port: number, setting: string): Error {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Refusal(`Port ${port} is taken: set ${setting} to a free port, or to 0 for any.`)
  if (code === 'EACCES')
    return new Refusal(`Port ${port} needs more rights than you have: set ${setting} to one above 1023.`)
  return error
}
