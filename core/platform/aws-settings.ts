/**
 * What every AWS client is made with: patience, connections, and placeholders for credentials where an endpoint is
 * given and the environment has none. Loads no client, so that a bundle carries those it uses and no other.
 */
const PLACEHOLDER = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A connector holds a waiting receiver for every shard, and each needs a connection of its own. */
const CONNECTIONS = { keepAlive: true, maxSockets: 500 }

/** @param requestTimeout in ms */
export const clientSettings = (region: string, endpoint: string | undefined, requestTimeout: number) => ({
  region,
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: CONNECTIONS,
    httpsAgent: CONNECTIONS,
  },
  ...(endpoint ? { endpoint } : {}),
  ...(endpoint && !process.env.AWS_ACCESS_KEY_ID ? { credentials: PLACEHOLDER } : {}),
})
