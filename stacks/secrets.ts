/**
 * Secrets: set by `sst secret set`, never in code, and never in plain text where a function or a task is described. ECS
 * takes the master key and the proxy from Parameter Store when it starts the container; functions find theirs in a sealed file beside
 * their code (core/platform/sealed.ts).
 */
import { edgeKey } from '../core/access/edge.ts'
import { contentKey } from '../core/platform/concealed.ts'
import { webhookKey } from '../core/webhook/vault.ts'
import type { Stage } from './stage.ts'

/** Several while it changes. */
const HEX_KEYS = /^[0-9a-f]{64}(,[0-9a-f]{64})*$/i

export type Secrets = ReturnType<typeof secrets>

export function secrets({ production }: Stage) {
  const masterKey = new sst.Secret('MasterKey')
  const proxy = new sst.Secret('ProxyUrl', 'direct')
  const twilio = new sst.Secret('TwilioAuthToken', '')
  const model = new sst.Secret('OpenAiApiKey', '')
  return {
    masterKey: new aws.ssm.Parameter(
      'MasterKeyParameter',
      {
        name: `/${$app.name}/${$app.stage}/master-key`,
        description: 'Seals the state of linked devices. Whoever loses it has to link every phone again.',
        type: 'SecureString',
        value: masterKey.value.apply(asKey),
      },
      { retainOnDelete: production },
    ),
    proxy: new aws.ssm.Parameter('ProxyParameter', {
      name: `/${$app.name}/${$app.stage}/proxy-url`,
      description: 'The proxy of sessions that name none, with its credentials; direct for none.',
      type: 'SecureString',
      value: proxy.value,
    }),
    /** Under the names that the functions read them by. */
    sealed: new sst.Linkable('Secrets', {
      properties: { TWILIO_AUTH_TOKEN: twilio.value, OPENAI_API_KEY: model.value },
    }),
    /** Derived from the master key: who has it opens the secrets of webhooks, and no device. */
    webhooks: new sst.Linkable('WebhookSecrets', {
      properties: { WEBHOOK_KEY: masterKey.value.apply((key) => webhookKey(asKey(key))) },
    }),
    /** Derived from the master key as well: who has it opens what encrypted sessions say, and nothing else. */
    content: new sst.Linkable('ContentSecrets', {
      properties: { CONTENT_KEY: masterKey.value.apply((key) => contentKey(asKey(key))) },
    }),
    /** Derived from the master key too: who has it can say where a caller comes from, and nothing else. */
    edge: new sst.Linkable('EdgeSecrets', {
      properties: { EDGE_KEY: masterKey.value.apply((key) => edgeKey(asKey(key))) },
    }),
    /** By which the distribution shows itself. */
    edgeKey: masterKey.value.apply((key) => edgeKey(asKey(key)).split(',')[0] ?? ''),
    /** Whether there is a key for a model that reads orders. */
    hasModel: $util.unsecret(model.value.apply((key) => key !== '')),
  }
}

function asKey(value: string): string {
  if (HEX_KEYS.test(value)) return value
  throw new Error(
    'MasterKey must be 64 hex digits. Make one: sst secret set MasterKey $(openssl rand -hex 32)',
  )
}
