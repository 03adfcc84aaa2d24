/** What differs between the sandbox and the real servers: address and version handling, and nothing else. */
import {
  DEFAULT_CONNECTION_CONFIG,
  initAuthCreds,
  proto,
  type UserFacingSocketConfig,
} from '@whiskeysockets/baileys'
import pino from 'pino'
import { expect, test } from 'vitest'
import { caches } from './caches.ts'
import { socketConfig } from './config.ts'
import { routeTo } from './proxy/route.ts'
import type { Way } from './proxy/tunnel.ts'
import { quietLog } from './quiet-log.ts'
import type { ConnectSettings, ServerAddress } from './types.ts'

const SANDBOX: ServerAddress = {
  mode: 'sandbox',
  url: 'ws://127.0.0.1:3001/ws/chat',
  rootKey: 'ab'.repeat(32),
}
const LIVE: ServerAddress = { mode: 'live' }
const shared = {
  caches: caches(() => 0),
  auth: {
    creds: initAuthCreds(),
    keys: { get: () => ({}), set: () => {} },
  } as UserFacingSocketConfig['auth'],
  logger: quietLog(pino({ level: 'silent' })),
  makeSignalRepository: DEFAULT_CONNECTION_CONFIG.makeSignalRepository,
  messageOf: async () => undefined,
  groupMetadata: async () => {
    throw new Error('no groups here')
  },
  isIgnored: () => false,
}
const config = (server: ServerAddress, settings: ConnectSettings = {}) =>
  socketConfig({ ...shared, server, settings, route: routeTo(server, settings.way) })

test('live mode leaves the address to Baileys, which knows that of WhatsApp', () => {
  expect(config(LIVE).waWebSocketUrl).toBeUndefined()
  expect(DEFAULT_CONNECTION_CONFIG.waWebSocketUrl).toBe('wss://web.whatsapp.com/ws/chat')
  expect(config(SANDBOX).waWebSocketUrl).toBe(SANDBOX.mode === 'sandbox' && SANDBOX.url)
})

test('sandbox and live mode are configured alike otherwise', () => {
  const comparable = (server: ServerAddress) => {
    const {
      waWebSocketUrl: _,
      fetchAgent: _1,
      getMessage: _2,
      cachedGroupMetadata: _3,
      shouldSyncHistoryMessage: _4,
      ...rest
    } = config(server)
    return rest
  }
  expect(comparable(LIVE)).toEqual(comparable(SANDBOX))
})

test('files leave in plain text to the sandbox alone', () => {
  expect(config(LIVE).fetchAgent).toBeUndefined()
  expect(config(SANDBOX).fetchAgent).toBeDefined()
})

test('with a proxy nothing goes past it, in either mode', () => {
  const way: Way = { proxy: { protocol: 'http', host: 'proxy.example.com', port: 3128 }, reach: 'public' }
  for (const server of [LIVE, SANDBOX]) {
    const { agent, fetchAgent, options } = config(server, { way })
    for (const one of [agent, fetchAgent, options?.dispatcher]) expect(one).toBeDefined()
  }
  expect(config(LIVE).agent).toBeUndefined()
  expect(config(LIVE).options?.dispatcher).toBeUndefined()
})

test('no link preview is fetched, and our own messages are not echoed', () => {
  expect(config(LIVE)).toMatchObject({ generateHighQualityLinkPreview: false, emitOwnEvents: false })
})

test('a device has the name that was chosen, or the one that WhatsApp expects', () => {
  expect(config(LIVE).browser).toEqual(DEFAULT_CONNECTION_CONFIG.browser)
  expect(config(LIVE, { deviceName: 'Front desk' }).browser?.[0]).toBe('Front desk')
})

test('the phone is asked for all of its history when the settings say so, and Baileys waits for it in any case', () => {
  expect(config(SANDBOX, {}).syncFullHistory).toBe(false)
  expect(config(SANDBOX, { syncFullHistory: true }).syncFullHistory).toBe(true)
  const announced = proto.Message.HistorySyncNotification.create({
    syncType: proto.HistorySync.HistorySyncType.FULL,
  })
  expect(config(SANDBOX, {}).shouldSyncHistoryMessage?.(announced)).toBe(true)
})

test('a device has the name and the browser that its owner chose', () => {
  expect(config(SANDBOX, { deviceName: 'Shop', browserName: 'Firefox' }).browser?.slice(0, 2)).toEqual([
    'Shop',
    'Firefox',
  ])
  expect(config(SANDBOX).browser).toEqual(DEFAULT_CONNECTION_CONFIG.browser)
})

test('a message that a phone asks for again is found by its id, and a status is not sent again to one person', async () => {
  const bytes = proto.Message.encode({ conversation: 'Hello' }).finish()
  const { getMessage } = socketConfig({
    ...shared,
    messageOf: async () => bytes,
    server: SANDBOX,
    settings: {},
    route: routeTo(SANDBOX, undefined),
  })
  expect(await getMessage?.({ id: 'M1', remoteJid: '800000002@lid' })).toMatchObject({
    conversation: 'Hello',
  })
  expect(await getMessage?.({ id: 'M1', remoteJid: 'status@broadcast' })).toBeUndefined()
})
