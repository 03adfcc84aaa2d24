import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { WASocket } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { proxyIn } from '#core/proxy.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { littleProxy } from '../../../test/support/proxy.ts'
import { routeTo } from '../proxy/route.ts'
import { openly } from './posts.ts'

test('what is left for everybody goes the way of the session, as everything else does', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'file')
  writeFileSync(path, 'a picture')
  const seen: string[] = []
  const media = createServer(async (request, response) => {
    seen.push((await request.setEncoding('utf8').toArray()).join(''))
    response.end(JSON.stringify({ url: 'http://there/1', direct_path: '/1', handle: 'h1' }))
  })
  media.listen(0, '127.0.0.1')
  await once(media, 'listening')
  const hostname = `127.0.0.1:${(media.address() as AddressInfo).port}`
  await using proxy = await littleProxy('http')
  const server = { mode: 'sandbox', url: `ws://${hostname}`, rootKey: '' } as const
  const { dispatcher, close } = routeTo(server, { proxy: proxyIn(proxy.server)!, reach: 'loopback' })
  const socket = { refreshMediaConn: async () => ({ auth: 'a', hosts: [{ hostname }] }) }

  const { upload, handle } = openly(socket as unknown as WASocket, server, 'image', dispatcher)
  const left = await upload(path, { fileEncSha256B64: 'aGFzaA==', mediaType: 'image' })
  expect([left, handle(), seen]).toEqual([
    { mediaUrl: 'http://there/1', directPath: '/1' },
    'h1',
    ['a picture'],
  ])
  expect(proxy.counts.targets).toEqual([hostname])
  close()
  media.close()
})
