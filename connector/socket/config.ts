/**
 * What Baileys is configured with. Everything that can be the same for all sockets of the process is made once.
 */

import type { Agent as HttpsAgent } from 'node:https'
import {
  DEFAULT_CONNECTION_CONFIG,
  type GroupMetadata,
  proto,
  type UserFacingSocketConfig,
  type WABrowserDescription,
  type WAVersion,
} from '@whiskeysockets/baileys'
import { STATUS } from '#core/jid.ts'
import type { Caches } from './caches.ts'
import type { Route } from './proxy/route.ts'
import type { ConnectSettings, ServerAddress } from './types.ts'
import { liveVersion } from './version.ts'

export const DEFAULTS = {
  connectTimeoutMs: 20_000,
  queryTimeoutMs: 30_000,
  keepAliveMs: 30_000,
} as const

export type ConfigOptions = {
  server: ServerAddress
  settings: ConnectSettings
  caches: Caches
  auth: UserFacingSocketConfig['auth']
  logger: NonNullable<UserFacingSocketConfig['logger']>
  makeSignalRepository: NonNullable<UserFacingSocketConfig['makeSignalRepository']>
  /** A sent message by its id alone: a phone may ask under a LID for what was sent to its number. */
  messageOf(id: string): Promise<Uint8Array | undefined>
  groupMetadata(jid: string): Promise<GroupMetadata>
  isIgnored(jid: string): boolean
  route: Route
}

export function socketConfig(options: ConfigOptions): UserFacingSocketConfig {
  const { server, settings, caches, auth, logger, makeSignalRepository, route } = options
  return {
    auth,
    logger,
    makeSignalRepository,
    version: versionFor(server),
    ...(server.mode === 'sandbox' ? { waWebSocketUrl: server.url } : {}),
    ...(route.agent ? { agent: route.agent as HttpsAgent } : {}),
    ...(route.uploads ? { fetchAgent: route.uploads } : {}),
    ...(route.dispatcher ? { options: { dispatcher: route.dispatcher } } : {}),
    browser: browserOf(settings),
    // The connection's own watchdog decides. Baileys would start a timer and take two stack traces for every frame.
    connectTimeoutMs: 0,
    defaultQueryTimeoutMs: settings.queryTimeoutMs ?? DEFAULTS.queryTimeoutMs,
    keepAliveIntervalMs: settings.keepAliveMs ?? DEFAULTS.keepAliveMs,
    ...(settings.qrTimeoutMs ? { qrTimeout: settings.qrTimeoutMs } : {}),
    syncFullHistory: settings.syncFullHistory ?? false,
    // It sees no more of a history than that there is one, and needs that to take over the app state.
    shouldSyncHistoryMessage: () => true,
    shouldIgnoreJid: options.isIgnored,
    markOnlineOnConnect: settings.markOnline ?? false,
    emitOwnEvents: false,
    generateHighQualityLinkPreview: false,
    userDevicesCache: caches.userDevices,
    msgRetryCounterCache: caches.retries,
    callOfferCache: caches.calls,
    placeholderResendCache: caches.placeholders,
    cachedGroupMetadata: async (jid) => {
      const known = caches.groups.get(jid)
      if (known) return known
      const found = await options.groupMetadata(jid)
      caches.groups.set(jid, found)
      return found
    },
    // A status that somebody asks for again Baileys would send as a message to that person, outside of the status.
    getMessage: async ({ id, remoteJid }) => {
      const bytes = id && remoteJid !== STATUS ? await options.messageOf(id) : undefined
      return bytes && proto.Message.decode(bytes)
    },
  }
}

export const versionFor = ({ mode }: ServerAddress): WAVersion =>
  mode === 'live' ? liveVersion.current() : DEFAULT_CONNECTION_CONFIG.version

/** Pairing by code works only under the name of a browser that WhatsApp knows; the rest of it is free. */
function browserOf({ deviceName, browserName }: ConnectSettings): WABrowserDescription {
  const [name, browser, version] = DEFAULT_CONNECTION_CONFIG.browser
  return [deviceName ?? name, browserName ?? browser, version]
}
