import { WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import { beforeEach, expect, test, vi } from 'vitest'
import type { ServerAddress } from './types.ts'

const WHATSAPP = '142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b'
const sandbox = (rootKey: string): ServerAddress => ({
  mode: 'sandbox',
  url: 'ws://127.0.0.1:1/ws/chat',
  rootKey,
})
const LIVE: ServerAddress = { mode: 'live' }

/** Each test is a process that has chosen nothing yet. */
let trust: typeof import('./trust.ts').trust
beforeEach(async () => {
  vi.resetModules()
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(WHATSAPP, 'hex')
  trust = (await import('./trust.ts')).trust
})
const trusted = () => WA_CERT_DETAILS.PUBLIC_KEY.toString('hex')

test('sandbox mode trusts the root of the sandbox', () => {
  trust(sandbox('AB'.repeat(32)))
  trust(sandbox('ab'.repeat(32)))
  expect(trusted()).toBe('ab'.repeat(32))
})

test('live mode trusts the root of WhatsApp', () => {
  trust(LIVE)
  trust(LIVE)
  expect(trusted()).toBe(WHATSAPP)
})

test('live after sandbox, sandbox after live, and two sandboxes are impossible', () => {
  trust(sandbox('ab'.repeat(32)))
  expect(() => trust(LIVE)).toThrow('never mix')
  expect(() => trust(sandbox('cd'.repeat(32)))).toThrow('chosen')
  expect(trusted()).toBe('ab'.repeat(32))
})

test('sandbox after live leaves the root alone', () => {
  trust(LIVE)
  expect(() => trust(sandbox('ab'.repeat(32)))).toThrow('never mix')
  expect(trusted()).toBe(WHATSAPP)
})

test('live mode refuses to start when somebody has changed the root', () => {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from('ab'.repeat(32), 'hex')
  expect(() => trust(LIVE)).toThrow('not the one of WhatsApp')
})

test('a root key that is none, or that of WhatsApp, is refused', () => {
  expect(() => trust(sandbox('xyz'))).toThrow('32 bytes')
  expect(() => trust(sandbox(WHATSAPP))).toThrow('cannot have')
  expect(trusted()).toBe(WHATSAPP)
})
