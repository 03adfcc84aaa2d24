import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Refusal } from './refusal.ts'
import { hints, readSettings } from './settings.ts'

const KEY = 'ab'.repeat(32)

test('everything has a default', () => {
  expect(readSettings({})).toEqual({
    PORT: 3000,
    SANDBOX_PORT: 3001,
    DATA_DIR: resolve('.data'),
    CONNECTORS: 1,
    CONNECTOR_RESTART_MS: 1000,
    MEDIA_BUCKET: 'linekeeper-media',
    MEDIA_REACH: 'loopback',
    PROXY_REACH: 'loopback',
    WEBHOOK_REACH: 'loopback',
    TERMINAL_QR: 'auto',
    LOG_LEVEL: 'warn',
    whatsapp: { kind: 'sandbox' },
  })
})

test('an empty variable is an unset one', () => {
  expect(readSettings({ PORT: '', WHATSAPP: '', LINEKEEPER_API_KEY: '' })).toEqual(readSettings({}))
})

test('another simulator takes an address and its key', () => {
  const url = 'ws://127.0.0.1:9000/ws/chat'
  expect(readSettings({ WHATSAPP_URL: url, WHATSAPP_ROOT_KEY: KEY }).whatsapp).toEqual({
    kind: 'simulator',
    url,
    rootKey: KEY,
  })
})

describe('a wrong value ends with a sentence that names it', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT must be a port number, from 0 (any free one) to 65535.'],
    [{ PORT: '65536' }, 'PORT must be a port number, from 0 (any free one) to 65535.'],
    [{ SANDBOX_PORT: '1.5' }, 'SANDBOX_PORT must be a port number, from 0 (any free one) to 65535.'],
    [{ CONNECTORS: '-1' }, 'CONNECTORS must be a whole number from 0 to 64.'],
    [{ CONNECTOR_RESTART_MS: 'soon' }, 'CONNECTOR_RESTART_MS must be a whole number from 0 to 600000.'],
    [{ WHATSAPP: 'real' }, 'WHATSAPP must be sandbox or live.'],
    [{ DYNAMODB_ENDPOINT: 'localhost' }, 'DYNAMODB_ENDPOINT must be an http or https address.'],
    [
      { PUBLIC_ORIGIN: 'ftp://x' },
      'PUBLIC_ORIGIN must be an http or https origin, such as https://lines.example.org.',
    ],
    [{ LINEKEEPER_API_KEY: 'two words' }, 'LINEKEEPER_API_KEY must be printable ASCII without spaces.'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent.'],
    [{ MASTER_KEY: 'abc' }, 'MASTER_KEY must be 64 hex digits.'],
    [{ PORT: '3001' }, 'PORT and SANDBOX_PORT are both 3001: give each its own, or 0 for any free one.'],
  ])('%o', (env, sentence) => {
    expect(() => readSettings(env)).toThrow(new Refusal(sentence))
  })

  test('every one of several', () => {
    expect(() => readSettings({ PORT: 'x', WHATSAPP: 'y' })).toThrow(/PORT must be[^\n]+\nWHATSAPP must be/)
  })

  test('without repeating it, because it may be a secret', () => {
    expect(() => readSettings({ MASTER_KEY: 'hunter2' })).toThrow(expect.not.stringContaining('hunter2'))
  })
})

test('live mode takes no address and no key', () => {
  expect(readSettings({ WHATSAPP: 'live' }).whatsapp).toEqual({ kind: 'live' })
  expect(() => readSettings({ WHATSAPP: 'live', WHATSAPP_ROOT_KEY: KEY })).toThrow(/trusts their key only/)
})

test('half of a simulator is none', () => {
  expect(() => readSettings({ WHATSAPP_ROOT_KEY: KEY })).toThrow(/belong together/)
  expect(() => readSettings({ WHATSAPP_URL: 'ws://127.0.0.1:1/' })).toThrow(/belong together/)
})

test('a mistyped setting of ours is pointed out', () => {
  expect(hints({ LINEKEEPER_KEY: 'x', LINEKEEPER_API_KEY: 'y', PATH: 'z' })).toEqual([
    'LINEKEEPER_KEY is not a setting and changes nothing. Did you mean LINEKEEPER_API_KEY?',
  ])
})
