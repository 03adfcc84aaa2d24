import { Boom } from '@hapi/boom'
import { expect, test } from 'vitest'
import { isStrayOfSocket } from './process.ts'

const APP = 'file:///app'
const BAILEYS = `    at decode (${APP}/node_modules/@whiskeysockets/baileys/lib/WABinary/decode.js:1:2)`
const NODE = '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)'
const failed = (...frames: string[]) =>
  Object.assign(new TypeError('x is undefined'), {
    stack: ['TypeError: x is undefined', ...frames].join('\n'),
  })

test('what Baileys leaves to nobody is known: a line that is gone, and what it did not expect', () => {
  expect(isStrayOfSocket(new Boom('Connection Closed', { statusCode: 428 }))).toBe(true)
  expect(isStrayOfSocket(failed(BAILEYS, NODE))).toBe(true)
  const libsignal = `    at async ${APP}/node_modules/libsignal/src/session_cipher.js:1:2`
  const protobuf = `    at Reader.skip (${APP}/node_modules/protobufjs/src/reader.js:1:2)`
  expect(isStrayOfSocket(failed(protobuf, BAILEYS, NODE))).toBe(true)
  expect(isStrayOfSocket(failed(libsignal, NODE))).toBe(true)
})

test('what we are a part of is a defect, and so is everything else', () => {
  const ours = `    at Ratchet.read (${APP}/connector/socket/ratchet.ts:1:2)`
  expect(isStrayOfSocket(failed(ours, BAILEYS, NODE))).toBe(false)
  expect(isStrayOfSocket(failed(BAILEYS, `    at async ${APP}/core/device/dynamo.ts:1:2`))).toBe(false)
  expect(isStrayOfSocket(failed(NODE))).toBe(false)
  expect(isStrayOfSocket(new Error('a line that is gone'))).toBe(false)
  expect(isStrayOfSocket('no error at all')).toBe(false)
  expect(isStrayOfSocket(failed(`    at ${APP}/node_modules/undici/index.js:1:2`))).toBe(false)
})

test('a core of a package is none of ours', () => {
  const theirs = `    at run (${APP}/node_modules/@whiskeysockets/baileys/core/run.js:1:2)`
  expect(isStrayOfSocket(failed(theirs, NODE))).toBe(true)
})
