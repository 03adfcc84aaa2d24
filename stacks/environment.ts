/**
 * What the functions and the connector get as their environment. The types are the schemas that they read it with
 * (core/platform/config.ts), so a value that is missing, or that nobody reads, does not compile; a test holds the two
 * together at run time.
 */
import type * as z from 'zod'
import type { ApiConfig, ConnectorConfig, PlatformConfig } from '../core/platform/config'
import { namespace } from './metrics'
import type { Commands } from './queues'
import type { Stage } from './stage'
import type { Tables } from './storage'

/** AWS_REGION is left out because AWS sets it. A union of variants keeps its variants. */
type Environment<Config extends z.ZodType> =
  z.input<Config> extends infer Values
    ? Values extends object
      ? { [Key in keyof Values as Exclude<Key, 'AWS_REGION'>]: $util.Input<string> }
      : never
    : never

export const platformEnvironment = (tables: Tables, commands: Commands, stage: Stage) =>
  ({
    MAIN_TABLE: tables.main.name,
    EVENTS_TABLE: tables.events.name,
    MESSAGES_TABLE: tables.messages.name,
    DEVICES_TABLE: tables.devices.name,
    COMMAND_QUEUE_URL: commands.urlTemplate,
    SHARDS: `${stage.shards}`,
    METRICS_NAMESPACE: namespace(),
  }) satisfies Environment<typeof PlatformConfig>
export type PlatformEnvironment = ReturnType<typeof platformEnvironment>

/** @param assets the folder of the archive in which the files of the API reference lie */
export const apiEnvironment = (platform: PlatformEnvironment, origin: $util.Input<string>, assets: string) =>
  ({ ...platform, PUBLIC_ORIGIN: origin, ASSETS_DIR: assets }) satisfies Environment<typeof ApiConfig>

/** The master key is not here: ECS takes it from Parameter Store (see secrets.ts). */
export const connectorEnvironment = (platform: PlatformEnvironment, { simulator }: Stage) =>
  ({
    ...platform,
    HEALTH_PORT: `${HEALTH_PORT}`,
    ...(simulator
      ? { WHATSAPP: 'sandbox' as const, WHATSAPP_URL: simulator.url, WHATSAPP_ROOT_KEY: simulator.rootKey }
      : { WHATSAPP: 'live' as const }),
  }) satisfies Omit<Environment<typeof ConnectorConfig>, 'MASTER_KEY'>

export const HEALTH_PORT = 8080
