/**
 * What the functions work with, made from the environment: the same for Lambda and for one machine. Tests put their
 * own parts together instead.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openEdge, type Viewer } from '#core/access/edge.ts'
import { type Jwts, openJwts } from '#core/access/jwt.ts'
import { openRates, type Rates } from '#core/access/rate.ts'
import { ConversationConfig, TwilioConfig } from '#core/conversation/config.ts'
import { type Opened, openConversations } from '#core/conversation/open.ts'
import { fleet } from '#core/lease.ts'
import type { Post } from '#core/live/post.ts'
import type { Live } from '#core/live/tell.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { ApiConfig, readConfig } from '#core/platform/config.ts'
import { openJobs } from '#core/platform/jobs.ts'
import { type Loader, openLoader } from '#core/platform/loader.ts'
import { type ProxySetting, type StoredProxy, sealProxy } from '#core/proxy.ts'
import { WebhookConfig } from '#core/webhook/config.ts'
import { type Wake, waker } from '#core/webhook/queues.ts'
import { openVault, type Vault } from '#core/webhook/vault.ts'
import { liveFrom, openDomain } from '../domain.ts'
import { type Media, openMedia } from '../media.ts'
import { openRoster, type Roster } from './roster.ts'

export type Deps = Opened & {
  config: Pick<ApiConfig, 'PUBLIC_ORIGIN' | 'ASSETS_DIR' | 'LIVE_URL'>
  /** Tells live connections. */
  live: Live
  /** Where secrets of webhooks are sealed, and how their drains are woken. */
  webhooks: { vault: Vault; wake: Wake }
  /** Seals the password of a proxy; only a connector opens it. */
  sealProxy(accountId: string, proxy: ProxySetting): StoredProxy
  media: Media
  /** What devices are sealed with on their way to a connector, and from there. */
  parcelKeys: readonly string[]
  jwts: Jwts
  /** Whose request it is that comes through CloudFront. */
  viewer: Viewer
  /** How much an account may still ask. */
  rates: Rates
  /** Where an answer can stay open; absent where it cannot, as behind an HTTP API of API Gateway. */
  streams?: Streams
  /** Reads items of `main`, together with whatever else is asked for in the same turn. */
  load: Loader
  /** Who holds which session. */
  roster: Roster
  newRequestId(): string
  /** Resolves after so many milliseconds of the clock. */
  pause(milliseconds: number): Promise<unknown>
}

/** Live connections that are answers to requests. */
export type Streams = {
  post: Post
  /** What is posted to the connection of this id goes to the line, until it is detached. */
  attach(line: { send(text: string): Promise<boolean>; close(): void }): string
  detach(connectionId: string): void
}

/** @throws Error with one line per value of the environment that is missing or wrong */
export function depsFromEnv(env: NodeJS.ProcessEnv): Deps {
  const config = readConfig(
    ApiConfig.extend(ConversationConfig.shape).extend(TwilioConfig.shape).extend(WebhookConfig.shape),
    env,
  )
  const domain = openDomain(config, 'api')
  const { store } = domain
  return {
    ...openConversations(domain, config),
    config,
    live: liveFrom(config, domain.log),
    webhooks: {
      vault: openVault(config.WEBHOOK_KEY),
      wake: waker(openJobs(sqsClient(config), config.DELIVERIES_QUEUE_URL)),
    },
    sealProxy: (accountId, proxy) => sealProxy(config.WEBHOOK_KEY, accountId, proxy),
    media: openMedia(domain, config),
    parcelKeys: config.WEBHOOK_KEY,
    viewer: openEdge(config.EDGE_KEY ?? []),
    rates: openRates(store),
    jwts: openJwts(config.WEBHOOK_KEY, systemClock),
    load: openLoader(store),
    roster: openRoster(() => fleet(store, systemClock()), systemClock),
    newRequestId: randomUUID,
    pause,
  }
}
