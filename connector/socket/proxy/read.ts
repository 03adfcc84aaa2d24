/** Reads from a socket exactly what it was asked for; what comes behind it stays for the next reader. */
import type { Socket } from 'node:net'

/**
 * @param enough how many bytes of what has come are wanted; undefined while that cannot be said
 * @throws Error when the socket ends or fails before, and what `enough` throws
 */
export function readUntil(socket: Socket, enough: (seen: Buffer) => number | undefined): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let seen = Buffer.alloc(0)
  const leave = () => {
    socket.off('readable', look)
    socket.off('error', failed)
    socket.off('close', ended)
  }
  const failed = (error: Error) => {
    leave()
    reject(error)
  }
  const ended = () => failed(new Error('the connection was closed'))
  const take = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk) seen = Buffer.concat([seen, chunk])
    const length = enough(seen)
    if (length === undefined || seen.length < length) return
    leave()
    if (seen.length > length) socket.unshift(seen.subarray(length))
    resolve(seen.subarray(0, length))
  }
  // Called by the socket: what is thrown into it ends the process.
  const look = () => {
    try {
      take()
    } catch (error) {
      failed(error as Error)
    }
  }
  socket.on('readable', look)
  socket.on('error', failed)
  socket.on('close', ended)
  look()
  return promise
}

export const readBytes = (socket: Socket, count: number): Promise<Buffer> => readUntil(socket, () => count)
