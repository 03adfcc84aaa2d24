/**
 * What each part gets as its environment. The types are the schemas that the parts read it with, so a value that is
 * missing, or that nobody reads, does not compile; a test holds the two together at run time. Secrets are not here: see
 * secrets.ts.
 */
import type * as z from 'zod'
import type {
  ConversationConfig,
  HookConfig,
  OrdersConfig,
  TwilioConfig,
} from '../core/conversation/config.ts'
import type { LiveConfig } from '../core/live/config.ts'
import type { ApiConfig, ConnectorConfig, PlatformConfig } from '../core/platform/config.ts'
import type { DeliveryConfig, FanOutConfig, WebhookConfig } from '../core/webhook/config.ts'
import { namespace } from './metrics.ts'
import type { Commands, Jobs } from './queues.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './storage.ts'

/** AWS_REGION is left out because AWS sets it. A union of variants keeps its variants. */
type Environment<Config extends z.ZodType, Secret extends string = never> =
  z.input<Config> extends infer Values
    ? Values extends object
      ? { [Key in keyof Values as Exclude<Key, 'AWS_REGION' | Secret>]: $util.Input<string | undefined> }
      : never
    : never

type Parts = {
  stage: Stage
  tables: Tables
  commands: Commands
  jobs: Jobs
  files: sst.aws.Bucket
  secrets: Secrets
  origin: $util.Input<string>
  sockets: { url: $util.Input<string>; endpoint: $util.Input<string> }
}
export type Environments = ReturnType<typeof environments>

export const HEALTH_PORT = 8080

export function environments({ stage, tables, commands, jobs, files, secrets, origin, sockets }: Parts) {
  const { settings, simulator } = stage
  const stores = {
    MAIN_TABLE: tables.main.name,
    EVENTS_TABLE: tables.events.name,
    MESSAGES_TABLE: tables.messages.name,
    DEVICES_TABLE: tables.devices.name,
    METRICS_NAMESPACE: namespace(),
    ...settings.platform,
  }
  const platform = {
    ...stores,
    COMMAND_QUEUE_URL: commands.urlTemplate,
    SHARDS: `${stage.shards}`,
  } satisfies Environment<typeof PlatformConfig>
  const conversation = {
    ...settings.conversation,
    // Without a model the rules read everything at once, and there is nothing to hand on.
    ORDERS_QUEUE_URL: secrets.hasModel.apply((has) =>
      jobs.orders.live.url.apply((url) => (has ? url : undefined)),
    ),
  } satisfies Environment<typeof ConversationConfig>
  const MEDIA_STORE = $interpolate`s3://${files.name}`
  const twilio = settings.twilio satisfies Environment<typeof TwilioConfig, 'TWILIO_AUTH_TOKEN'>
  const webhooks = {
    WEBHOOKS_QUEUE_URL: jobs.webhooks.live.url,
    DELIVERIES_QUEUE_URL: jobs.deliveries.live.url,
  } satisfies Environment<typeof WebhookConfig, 'WEBHOOK_KEY'>

  return {
    sweep: present(platform),
    /** @param assets the folder of the archive in which the files of the API reference lie */
    api: (assets: string) =>
      present({
        ...platform,
        ...conversation,
        ...twilio,
        ...webhooks,
        PUBLIC_ORIGIN: origin,
        ASSETS_DIR: assets,
        MEDIA_STORE,
        ...settings.media,
        LIVE_URL: sockets.url,
        LIVE_QUEUE_URL: jobs.live.live.url,
      } satisfies Environment<typeof ApiConfig>),
    hook: present({
      ...stores,
      ...conversation,
      ...twilio,
      ...settings.hook,
      WEBHOOKS_QUEUE_URL: jobs.webhooks.live.url,
      PUBLIC_ORIGIN: origin,
    } satisfies Environment<typeof HookConfig, 'TWILIO_AUTH_TOKEN'>),
    orders: present({
      ...platform,
      LIVE_QUEUE_URL: jobs.live.live.url,
      ...conversation,
      ...twilio,
      ...settings.orders,
      WEBHOOKS_QUEUE_URL: jobs.webhooks.live.url,
      PUBLIC_ORIGIN: origin,
    } satisfies Environment<typeof OrdersConfig, 'TWILIO_AUTH_TOKEN' | 'OPENAI_API_KEY'>),
    live: present({
      ...platform,
      LIVE_QUEUE_URL: jobs.live.live.url,
      LIVE_ENDPOINT: sockets.endpoint,
      PUBLIC_ORIGIN: origin,
    } satisfies Environment<typeof LiveConfig>),
    fanOut: present({ ...platform, ...webhooks } satisfies Environment<typeof FanOutConfig>),
    deliveries: present({
      ...platform,
      ...webhooks,
      PUBLIC_ORIGIN: origin,
      ...settings.deliveries,
    } satisfies Environment<typeof DeliveryConfig, 'WEBHOOK_KEY'>),
    connector: present({
      ...platform,
      WEBHOOKS_QUEUE_URL: jobs.webhooks.live.url,
      LIVE_QUEUE_URL: jobs.live.live.url,
      MEDIA_STORE,
      ...settings.media,
      HEALTH_PORT: `${HEALTH_PORT}`,
      EVENTS_QUEUE_URL: jobs.events.live.url,
      ...settings.conversation,
      ...settings.connector,
      ...(simulator
        ? { WHATSAPP: 'sandbox' as const, WHATSAPP_URL: simulator.url, WHATSAPP_ROOT_KEY: simulator.rootKey }
        : { WHATSAPP: 'live' as const }),
    } satisfies Environment<typeof ConnectorConfig, 'MASTER_KEY' | 'PROXY_URL'>),
  }
}

/** What has a value. */
const present = (
  values: Record<string, $util.Input<string | undefined>>,
): $util.Output<Record<string, string>> =>
  $util
    .output(values)
    .apply((known) =>
      Object.fromEntries(Object.entries(known).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    )
