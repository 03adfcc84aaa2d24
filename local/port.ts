/**
 * Ports that a person chose are theirs to free: a taken one ends the start with a sentence that names the setting.
 */
import { createServer } from 'node:net'
import { freePort } from './dynoxide.ts'
import { Refusal } from './refusal.ts'

const HOST = '127.0.0.1'

/** 0 becomes a free port, any other comes back. @throws Refusal when it is taken */
export async function choosePort(port: number, setting: string): Promise<number> {
  if (port === 0) return freePort()
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(explain(error, port, setting)))
    probe.listen(port, HOST, resolve)
  })
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function explain(error: Error, port: number, setting: string): Error {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Refusal(`Port ${port} is taken: set ${setting} to a free port, or to 0 for any.`)
  if (code === 'EACCES')
    return new Refusal(`Port ${port} needs more rights than you have: set ${setting} to one above 1023.`)
  return error
}
