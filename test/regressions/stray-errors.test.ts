/** Errors that nobody catches: what happens on one session's connection ends no other, and everything else is a defect. */
import type { EventEmitter } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MemoryDisk, memoryDevice, memoryDisk } from '#core/device/index.ts'
import { logger } from '#core/platform/log.ts'
import { watchErrors } from '../../connector/process.ts'
import { confined } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const EVENTS = ['uncaughtException', 'unhandledRejection']
const [ANN, BOB] = ['+17770008001', '+17770008002']

let box: Sandbox
type Listener = (...about: unknown[]) => void
let before: Map<string, Listener[]>
let ends: number
const emitter: EventEmitter = process

beforeAll(async () => {
  box = await sandbox()
})
afterAll(() => box.close())

/** As the connector's process has it, in place of the test runner's own. */
beforeEach(() => {
  ends = 0
  before = new Map(EVENTS.map((event) => [event, emitter.listeners(event) as Listener[]]))
  for (const event of EVENTS) emitter.removeAllListeners(event)
  watchErrors(process, { confined, log: logger('silent'), end: () => ends++ })
})
afterEach(() => {
  for (const event of EVENTS) {
    emitter.removeAllListeners(event)
    for (const listener of before.get(event) ?? []) emitter.on(event, listener)
  }
})

/** A device at whose name Baileys fails, once it is armed: in the timer that shows one QR after the other. */
async function failing(disk: MemoryDisk) {
  const trouble = { isArmed: false }
  const browserName = Object.assign(Object('Chrome') as string, {
    toString() {
      if (trouble.isArmed) throw new Error('out of nowhere')
      return 'Chrome'
    },
  })
  const one = await rig(box, {
    store: memoryDevice({ disk }),
    settings: { browserName, qrTimeoutMs: 200 },
    reconnect: false,
  })
  let death: Error | undefined
  one.device.onDead((error) => {
    death = error
  })
  one.connect()
  await until('a code', () => one.qrs.length > 0)
  return { one, death: () => death, fail: () => (trouble.isArmed = true) }
}

async function opened(number: string): Promise<Rig> {
  const one = await rig(box, { store: memoryDevice({ disk: memoryDisk() }), scan: number })
  one.connect()
  await one.untilOpen()
  return one
}

test('what a timer of Baileys throws ends the device that it is of, and no other', async () => {
  await using other = await opened(ANN)
  other.closes.length = 0
  const disk = memoryDisk()
  const { one, death, fail } = await failing(disk)
  fail()
  await until('its device died', death)
  expect([death()?.message, one.closes.map(({ name }) => name)]).toEqual(['out of nowhere', ['ended']])
  await other.send(jidOf(BOB), 'still here')
  await until('it arrives', async () => (await box.control.inbox(BOB)).messages.length === 1)
  expect([ends, other.closes]).toEqual([0, []])

  await using again = await rig(box, { store: memoryDevice({ disk }), scan: '+17770008003' })
  again.connect()
  await again.untilOpen()
})

test('what happened on no connection ends the process', async () => {
  setTimeout(() => {
    throw new Error('a defect')
  }, 0)
  await until('it ends', () => ends === 1)
  void Promise.reject(new Error('another one'))
  await until('it ends', () => ends === 2)
})
