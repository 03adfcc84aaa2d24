/** From where a session may be used: addresses and ranges of them, IPv4 and IPv6. */
import { BlockList, isIP } from 'node:net'
import * as z from 'zod'

export const AddressRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address, or a range such as 192.0.2.0/24',
})

/** An address that is not known is in no range. */
export function isWithin(ranges: readonly string[], address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''
  const family = isIP(plain)
  if (family === 0) return false
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    const kind = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(network, kind)
    else list.addSubnet(network, Number(bits), kind)
  }
  return list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}
