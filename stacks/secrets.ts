/**
 * Secrets: set by `sst secret set`, never in code, never as plain text where a function or a task is described. The
 * connector's master key lies in Parameter Store, encrypted, and ECS puts it into the container when it starts.
 */
import type { Stage } from './stage'

const HEX_KEY = /^[0-9a-f]{64}$/i

export type Secrets = { masterKey: aws.ssm.Parameter }

export function secrets({ production }: Stage): Secrets {
  const masterKey = new sst.Secret('MasterKey')
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
  }
}

function asKey(value: string): string {
  if (HEX_KEY.test(value)) return value
  throw new Error(
    'MasterKey must be 64 hex digits. Make one: sst secret set MasterKey $(openssl rand -hex 32)',
  )
}
