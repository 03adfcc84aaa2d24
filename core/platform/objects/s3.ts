/**
 * Files in S3, or in what speaks its protocol. Requests are signed by aws4, with the content unsigned, so that a stream
 * need not be read twice; TLS protects it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import { createReadStream } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import aws4 from 'aws4'
import { type CredentialSource, fromEnvironment } from '../aws/credentials.ts'
import { chunks } from '../chunks.ts'
import type { Objects } from './index.ts'

export type S3Options = {
  bucket: string
  region: string
  endpoint?: string | undefined
  credentials?: CredentialSource | undefined
}
type Request = {
  method: string
  key: string
  query?: string
  headers?: Record<string, string>
  file?: string
}

/** For the time in which nothing moves, in ms. */
const IDLE_MS = 30_000
const REMOVED_AT_ONCE = 20
const UNSIGNED = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }

/** What S3 answered in place of what was asked. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number
  constructor(status: number, code: string) {
    super(`S3 answered ${status} ${code}`)
    this.status = status
  }
}

export function openS3(options: S3Options): Objects {
  const { bucket, region, endpoint, credentials = fromEnvironment(endpoint) } = options
  // AWS names the bucket in the host; others know it as the first part of the path.
  const origin = new URL(endpoint ?? `https://${bucket}.s3.${region}.amazonaws.com`)
  const base = endpoint ? `/${bucket}` : ''
  const pathOf = (key: string, query = '') =>
    `${base}/${key.split('/').map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`

  const send = async ({ method, key, query, headers, file }: Request): Promise<http.IncomingMessage> => {
    const path = pathOf(key, query)
    const signed = aws4.sign(
      { service: 's3', region, method, host: origin.host, path, headers: { ...UNSIGNED, ...headers } },
      await credentials(),
    )
    const { request } = origin.protocol === 'http:' ? http : https
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, origin), { method, headers: signed.headers ?? {}, timeout: IDLE_MS })
      sent.once('timeout', () => sent.destroy(new Error('S3 did not answer in time.')))
      sent.once('error', reject)
      sent.once('response', resolve)
      if (!file) return void sent.end()
      const content = createReadStream(file)
      content.once('error', (error) => sent.destroy(error))
      content.pipe(sent)
    })
  }

  /** @throws S3Error */
  const done = async (answer: http.IncomingMessage): Promise<string> => {
    const said = await text(answer)
    const { statusCode = 0 } = answer
    if (statusCode >= 300) throw new S3Error(statusCode, /<Code>(\w+)<\/Code>/.exec(said)?.[1] ?? '')
    return said
  }

  const remove = async (key: string): Promise<void> =>
    void (await done(await send({ method: 'DELETE', key })))

  return {
    remove,
    async put(key, { path: file, size }, mimetype) {
      const headers = { 'Content-Type': mimetype, 'Content-Length': `${size}` }
      await done(await send({ method: 'PUT', key, headers, file }))
    },
    async get(key) {
      const answer = await send({ method: 'GET', key })
      if (answer.statusCode === 200)
        return { size: Number(answer.headers['content-length']), content: answer }
      const failure = await done(answer).catch((error: unknown) => error)
      if (failure instanceof S3Error && failure.status === 404) return undefined
      throw failure
    },
    async removeAll(folder) {
      for (;;) {
        const query = `list-type=2&prefix=${encodeURIComponent(folder)}`
        const listing = await done(await send({ method: 'GET', key: '', query }))
        const keys = [...listing.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key)
        if (keys.length === 0) return
        for (const some of chunks(keys, REMOVED_AT_ONCE)) await Promise.all(some.map(remove))
      }
    },
    async link(key, { seconds, mimetype, fileName }) {
      const disposition = fileName ? `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}` : 'inline'
      const query = new URLSearchParams({
        'X-Amz-Expires': `${seconds}`,
        'response-content-type': mimetype,
        'response-content-disposition': disposition,
      })
      const path = pathOf(key, query.toString().replaceAll('+', '%20'))
      const request = { service: 's3', region, method: 'GET', host: origin.host, path, signQuery: true }
      const signed = aws4.sign(request, await credentials())
      return new URL(signed.path ?? '', origin).toString()
    },
    async uploadLink(key, { seconds, size }) {
      // A length that is signed cannot be another one.
      const headers = { 'Content-Length': `${size}` }
      const path = pathOf(key, `X-Amz-Expires=${seconds}`)
      const request = {
        service: 's3',
        region,
        method: 'PUT',
        host: origin.host,
        path,
        headers,
        signQuery: true,
      }
      const signed = aws4.sign(request, await credentials())
      return new URL(signed.path ?? '', origin).toString()
    },
  }
}
