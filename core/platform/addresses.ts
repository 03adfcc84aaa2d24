/**
 * Which addresses a request may go to that somebody else has chosen. Public is what IANA's registries of special-purpose
 * addresses leave over; addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are refused as a whole,
 * because no server needs them and each is a way round.
 * https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIP } from 'node:net'

/** `loopback`: public ones and this machine; `any`: whatever there is, for networks of one's own. */
export const REACHES = ['public', 'loopback', 'any'] as const
export type Reach = (typeof REACHES)[number]

const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** All that is handed out to the public is in here, except for the ones below. */
const GLOBAL_V6 = '2000::/3'
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const LOOPBACK = ['127.0.0.0/8', '::1/128']

const specialV4 = listOf(SPECIAL_V4)
const globalV6 = listOf([GLOBAL_V6])
const specialV6 = listOf(SPECIAL_V6)
const loopbackV4 = listOf(LOOPBACK.slice(0, 1))
const loopbackV6 = listOf(LOOPBACK.slice(1))

/** @param address as the resolver gives it, or as it stands in an address literal; with a zone it is none of ours */
export function mayReach(address: string, reach: Reach): boolean {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return false
  if (reach === 'any') return true
  if (version === 4)
    return !specialV4.check(address, 'ipv4') || (reach === 'loopback' && loopbackV4.check(address, 'ipv4'))
  if (reach === 'loopback' && loopbackV6.check(address, 'ipv6')) return true
  return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6')
}

function listOf(ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits] = range.split('/')
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
