import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type WebSocket from 'ws'
import { ByteGate } from './byte-gate.ts'
import { WriteSet } from './write-set.ts'

function stage() {
  const sent: string[] = []
  const wire = (bytes: Uint8Array, answer?: () => void) => {
    sent.push(Buffer.from(bytes).toString())
    answer?.()
  }
  const raw = Object.assign(new EventEmitter(), {
    send: wire as (bytes: Uint8Array, answer?: (error?: Error) => void) => void,
  })
  const set = new WriteSet({ rows: new Map(), mark: '', topPreKey: 0 }, () => {})
  let inTransaction: (() => void) | undefined
  const gate = new ByteGate({
    raw: raw as unknown as WebSocket,
    set,
    flushTransaction: () => inTransaction?.(),
    onHeld: () => {},
    onSendError: () => {},
  })
  const send = (text: string) =>
    new Promise<Error | undefined>((resolve) => raw.send(Buffer.from(text), resolve))
  const makeDurable = (upTo: number) => {
    set.settle(upTo, [])
    gate.release()
  }
  return {
    raw,
    set,
    gate,
    sent,
    send,
    makeDurable,
    transaction: (flush: () => void) => {
      inTransaction = flush
    },
  }
}

test('bytes leave at once when nothing waits', async () => {
  const { send, sent } = stage()
  await send('a')
  expect(sent).toEqual(['a'])
})

test('bytes wait for what was changed before them, and nothing overtakes them', async () => {
  const { send, sent, set, gate, makeDurable } = stage()
  set.apply({ session: { a: 1 } })
  expect(await send('after a')).toBeUndefined()
  set.apply({ session: { b: 1 } })
  await send('after b')
  await send('a ping')
  expect([sent, gate.frames]).toEqual([[], 3])
  makeDurable(1)
  expect(sent).toEqual(['after a'])
  makeDurable(2)
  expect(sent).toEqual(['after a', 'after b', 'a ping'])
  expect([gate.frames, gate.bytes]).toEqual([0, 0])
  await gate.whenEmpty()
})

test('bytes do not wait for clean-up', async () => {
  const { send, sent, set } = stage()
  set.apply({ session: { a: 1 } })
  set.settle(1, [])
  set.apply({ session: { a: null } }, true)
  await send('x')
  expect(sent).toEqual(['x'])
})

test('what the running transaction has written is waited for as well', async () => {
  const { send, sent, set, transaction, makeDurable } = stage()
  transaction(() => void set.apply({ 'sender-key-memory': { g: { a: true } } }))
  await send('with the sender key')
  expect(sent).toEqual([])
  makeDurable(1)
  expect(sent).toEqual(['with the sender key'])
})

test('the answer comes in a new turn, before the bytes have left', async () => {
  const { send, sent, set } = stage()
  set.apply({ session: { a: 1 } })
  let answered = false
  const answer = send('x').then(() => {
    answered = true
  })
  await Promise.resolve()
  expect(answered).toBe(false)
  await answer
  expect(sent).toEqual([])
})

test('with the line everything that is held is gone, and later frames are refused', async () => {
  const { raw, send, sent, set, gate, makeDurable } = stage()
  set.apply({ session: { a: 1 } })
  await send('held')
  raw.emit('close')
  expect(gate.dropped).toBe(1)
  makeDurable(1)
  expect(await send('late')).toBeInstanceOf(Error)
  expect(sent).toEqual([])
})

test('a dead device sends nothing', async () => {
  const { send, sent, set } = stage()
  set.dead = new Error('fenced')
  expect(await send('x')).toBe(set.dead)
  expect(sent).toEqual([])
})
