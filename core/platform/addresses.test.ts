import { describe, expect, test } from 'vitest'
import { mayReach } from './addresses.ts'

describe('an address that a caller has chosen', () => {
  test.each(['8.8.8.8', '1.1.1.1', '52.94.236.248', '2606:4700:4700::1111', '2a00:1450:4001:80e::200e'])(
    '%s is public',
    (address) => {
      expect(mayReach(address, 'public')).toBe(true)
    },
  )

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    'localhost',
    '',
  ])('%s is not', (address) => {
    expect(mayReach(address, 'public')).toBe(false)
  })

  test.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['8.8.8.8', true],
    ['10.0.0.1', false],
    ['169.254.169.254', false],
    ['::ffff:127.0.0.1', false],
  ])('with loopback allowed, %s: %s', (address, allowed) => {
    expect(mayReach(address, 'loopback')).toBe(allowed)
  })

  test('in a network of one’s own anything goes that is an address', () => {
    expect(mayReach('10.0.0.1', 'any')).toBe(true)
    expect(mayReach('db.internal', 'any')).toBe(false)
  })
})
