import { expect, test } from 'vitest'
import { showQr } from './terminal.ts'
import { welcome } from './welcome.ts'

const QR = {
  type: 'qr',
  sessionId: 'abc',
  name: 'Sup\u001b[2Jport',
  text: 'https://wa.me/x#secret',
  expiresAt: 0,
}

const shown = (message: unknown, drawsQr: boolean) => {
  const written: string[] = []
  showQr({ write: (text) => written.push(text), drawsQr }, 'http://127.0.0.1:3000')(message)
  return written.join('')
}

test('a QR is drawn on a terminal', () => {
  expect(shown(QR, true)).toMatch(/█.*\n▀+\nScan to link "Sup\?\[2Jport" \(session abc\)/)
})

test('elsewhere it is only said where the QR is to be had', () => {
  const text = shown(QR, false)
  expect(text).toContain('GET http://127.0.0.1:3000/api/sessions/abc/qr')
  expect(text).not.toContain('█')
})

test('the text of a QR is a secret and is never written', () => {
  expect(shown(QR, true) + shown(QR, false)).not.toContain('secret')
})

test('whatever else a connector tells is left alone', () => {
  expect(shown({ type: 'ready' }, true)).toBe('')
  expect(shown('qr', true)).toBe('')
})

const facts = {
  origin: 'http://127.0.0.1:3000',
  sandbox: 'http://127.0.0.1:3001',
  whatsapp: { kind: 'sandbox' } as const,
  dataDir: '/data',
  apiKey: 'dev-key',
  keyIsDefault: true,
}

test('the first line of a start is the one that programs wait for', () => {
  expect(welcome(facts).split('\n')[0]).toBe('ready http://127.0.0.1:3000')
})

test('a key that somebody chose is not shown', () => {
  const text = welcome({ ...facts, apiKey: 'chosen', keyIsDefault: false })
  expect(text).not.toContain('chosen')
  expect(text).toContain('X-Api-Key: $LINEKEEPER_API_KEY')
})

test('without the sandbox there is no example with simulated phones', () => {
  const text = welcome({ ...facts, sandbox: undefined, whatsapp: { kind: 'live' } })
  expect(text).toContain('the real servers')
  expect(text).not.toContain('phones')
})
