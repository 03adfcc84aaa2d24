/**
 * Through which proxy a session reaches WhatsApp: its own, or the one that is set for all. The password is sealed where
 * it is stored, and shown to nobody; the API seals it, and only the connector opens it.
 */
import * as z from 'zod'
import { derivedKey, Sealed, textSeal } from './platform/seal.ts'

const PROTOCOLS = /^(https?|socks5h?):$/
const DIRECT = 'direct'

/** `host:port` is an HTTP proxy. Whoever puts credentials into the address is told where they belong. */
const Server = z
  .string()
  .trim()
  .max(500)
  .refine((text) => text === DIRECT || placeIn(text) !== undefined, {
    error: 'must be host:port, or http://, https:// or socks5://host:port without credentials; or direct',
  })
  .meta({
    description:
      'An HTTP(S) or SOCKS5 proxy. `direct` goes without one, also where one is set for all sessions',
    example: 'socks5://proxy.example.com:1080',
  })
/** SOCKS5 counts bytes (RFC 1929). */
const MOST_BYTES = 255
const credential = () =>
  z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= MOST_BYTES, `must have at most ${MOST_BYTES} bytes`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters')

export const ProxySetting = z
  .strictObject({
    server: Server,
    username: credential().optional(),
    password: credential().optional().meta({ description: 'Never shown again' }),
  })
  .meta({ id: 'Proxy' })
export type ProxySetting = z.infer<typeof ProxySetting>

/** As it is stored: the password is sealed. */
export const StoredProxy = z.object({
  server: z.string(),
  username: z.string().optional(),
  sealed: z.string().optional(),
})
export type StoredProxy = z.infer<typeof StoredProxy>

export const ShownProxy = z
  .object({ server: z.string(), username: z.string().optional(), hasPassword: z.boolean() })
  .meta({ id: 'ShownProxy' })

export const shownProxy = ({ server, username, sealed }: StoredProxy): z.infer<typeof ShownProxy> => ({
  server,
  ...(username ? { username } : {}),
  hasPassword: sealed !== undefined,
})

export type ProxyServer = {
  protocol: 'http' | 'https' | 'socks5'
  host: string
  port: number
  username?: string | undefined
  password?: string | undefined
}

/** The key is derived from the one that functions have (see core/webhook/vault.ts), and opens nothing else. */
const sealOf = (functionKeys: readonly string[], accountId: string) =>
  textSeal(
    functionKeys.map((key) => derivedKey(key, 'proxies')),
    accountId,
  )
const ADDRESS = 'proxy'

export const sealProxy = (
  functionKeys: readonly string[],
  accountId: string,
  { server, username, password }: ProxySetting,
): StoredProxy => ({
  server,
  ...(username ? { username } : {}),
  ...(password ? { sealed: sealOf(functionKeys, accountId).seal(password, ADDRESS) } : {}),
})

/** The password under the first key; undefined when it is, or when there is none. @throws Sealed */
export const renewedProxy = (
  functionKeys: readonly string[],
  accountId: string,
  { sealed }: StoredProxy,
): string | undefined => sealed && sealOf(functionKeys, accountId).renewed(sealed, ADDRESS)

/** Undefined for none. A password that does not open is left out: the proxy then says what it misses. */
export function openProxy(
  functionKeys: readonly string[],
  accountId: string,
  stored: StoredProxy,
): ProxyServer | undefined {
  const { server, username, sealed } = stored
  const place = server === DIRECT ? undefined : placeIn(server)
  if (!place) return undefined
  return { ...place, username, password: sealed && opened(functionKeys, accountId, sealed) }
}

function opened(functionKeys: readonly string[], accountId: string, sealed: string): string | undefined {
  try {
    return sealOf(functionKeys, accountId).open(sealed, ADDRESS)
  } catch (error) {
    if (error instanceof Sealed) return undefined
    throw error
  }
}

/** As an environment names it, with credentials in the address. Undefined when it is none, and for `direct`. */
export function proxyIn(address: string): ProxyServer | undefined {
  const url = address === DIRECT ? undefined : parsed(address)
  const place = url && placeOf(url)
  if (!url || !place) return undefined
  const { username, password } = url
  return {
    ...place,
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  }
}

function placeIn(server: string): Pick<ProxyServer, 'protocol' | 'host' | 'port'> | undefined {
  const url = parsed(server)
  return url && !url.username && !url.password ? placeOf(url) : undefined
}

const parsed = (address: string): URL | undefined =>
  URL.parse(address.includes('://') ? address : `http://${address}`) ?? undefined

const PORTS = { http: 80, https: 443, socks5: 1080 }

function placeOf({ protocol, hostname, port, pathname, search }: URL) {
  if (!PROTOCOLS.test(protocol) || !hostname || (pathname !== '/' && pathname !== '') || search) return
  const name = protocol.startsWith('socks5') ? 'socks5' : (protocol.slice(0, -1) as 'http' | 'https')
  return {
    protocol: name,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || PORTS[name],
  } as const
}
