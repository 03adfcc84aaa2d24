import { Curve, signedKeyPair, xmppSignedPreKey } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { copyMemory, freshMemory } from '../testing/client.ts'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, jidOf, stage } from '../testing/stage.ts'

test('a linked client is a device of the person, and logs in again without a code', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  expect(client.memory.creds.me?.id).toBe('15550000001:1@s.whatsapp.net')
  expect(client.memory.creds.me?.lid).toMatch(/^1\d{14}:1@lid$/)
  expect(client.closes).toEqual([{ code: 515, text: expect.any(String) }])
  await client.stop()

  const again = await s.client(client.memory).connect().ready()
  expect(again.qrs).toEqual([])
  expect((await s.control.stats()).totals).toMatchObject({ pairings: 1, logins: 2 })
})

test('the phone hands over app-state keys and history', async () => {
  await using s = await stage()
  const { id } = await s.control.send(BOB, { to: ALICE, text: 'before linking' })
  const client = s.client().connect()
  await eventually(() => client.qrs.length > 0)
  await s.control.scan(ALICE, client.qrs[0]!)
  await client.ready()
  await eventually(() => client.memory.creds.myAppStateKeyId !== undefined)
  await eventually(() => client.history.includes(id))
})

test('an older code of the same round still links', async () => {
  await using s = await stage({ qrRefs: 20 })
  const client = s.client(undefined, { qrTimeout: 300 }).connect()
  await eventually(() => client.qrs.length >= 3)
  await s.control.scan(ALICE, client.qrs[0]!)
  await client.ready()
})

test('codes: unknown, malformed, expired, used', async () => {
  await using s = await stage({ qrRefs: 2 })
  await expect(s.control.scan(ALICE, 'hello')).rejects.toMatchObject({ code: 'QR_MALFORMED', status: 400 })
  await expect(
    s.control.scan(ALICE, 'https://wa.me/settings/linked_devices#a,b,c,d,1'),
  ).rejects.toMatchObject({
    code: 'QR_UNKNOWN',
    status: 404,
  })
  const tired = s.client(undefined, { qrTimeout: 50 }).connect()
  await eventually(() => tired.closes.length === 1)
  expect(tired.closes[0]).toMatchObject({ code: 408 })
  expect(tired.qrs).toHaveLength(2)
  await eventually(async () => (await s.control.stats()).connections.open === 0)
  await expect(s.control.scan(ALICE, tired.qrs[0]!)).rejects.toMatchObject({
    code: 'QR_EXPIRED',
    status: 410,
  })

  const client = await s.link(ALICE)
  await expect(s.control.scan(BOB, client.qrs[0]!)).rejects.toMatchObject({
    code: 'QR_ALREADY_USED',
    status: 409,
  })
})

test('a code with a wrong secret is refused by the client', async () => {
  await using s = await stage()
  const client = s.client().connect()
  await eventually(() => client.qrs.length > 0)
  const parts = client.qrs[0]!.split(',')
  parts[3] = Buffer.alloc(32).toString('base64')
  await expect(s.control.scan(ALICE, parts.join(','))).rejects.toMatchObject({ code: 'PAIRING_REFUSED' })
  await eventually(() => client.closes.length === 1)
  expect(client.closes[0]?.text).toBe('Invalid account signature')
})

test('a signed pre-key with a wrong signature is refused', async () => {
  await using s = await stage()
  s.expectProblems()
  const memory = freshMemory()
  const stranger = Curve.generateKeyPair()
  const { signedPreKey } = memory.creds
  const forged = Curve.sign(stranger.private, signedPreKey.keyPair.public)
  Object.assign(signedPreKey, { signature: forged })
  const client = s.client(memory).connect()
  await eventually(() => client.closes.length === 1)
  expect(client.closes[0]?.code).toBe(401)
  expect((await s.control.stats()).problems).toMatchObject([{ what: 'registration' }])
})

test('a client that cannot sign for its identity is not linked', async () => {
  await using s = await stage()
  const memory = freshMemory()
  const { signedIdentityKey } = memory.creds
  const impostor = { public: signedIdentityKey.public, private: Curve.generateKeyPair().private }
  Object.assign(memory.creds, { signedIdentityKey: impostor })
  const client = s.client(memory).connect()
  await eventually(() => client.qrs.length > 0)
  await expect(s.control.scan(ALICE, client.qrs[0]!)).rejects.toMatchObject({
    code: 'PAIRING_REFUSED',
    message: 'The device signature of the client is wrong.',
  })
  expect((await s.control.stats()).companions).toBe(0)
})

test('a new signed pre-key has to be signed by the identity', async () => {
  await using s = await stage()
  s.expectProblems()
  const client = await s.link(ALICE)
  await client.socket.rotateSignedPreKey()
  const forged = signedKeyPair(Curve.generateKeyPair(), 3)
  const rotate = { tag: 'rotate', attrs: {}, content: [xmppSignedPreKey(forged)] }
  const iq = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'encrypt' }, content: [rotate] }
  await expect(client.socket.query(iq)).rejects.toThrow('not-acceptable')
  expect((await s.control.stats()).problems).toMatchObject([{ what: 'signature' }])
})

test('an unknown device, and one with another Noise key, may not log in', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  await client.stop()
  const thief = copyMemory(client.memory)
  Object.assign(thief.creds, { noiseKey: Curve.generateKeyPair() })
  const stranger = copyMemory(client.memory)
  stranger.creds.me = { id: '15550000009:3@s.whatsapp.net', name: 'nobody' }
  for (const memory of [thief, stranger]) {
    const refused = s.client(memory).connect()
    await eventually(() => refused.closes.length === 1)
    expect(refused.closes[0]).toMatchObject({ code: 401 })
  }
  expect((await s.control.stats()).totals.refusedLogins).toBe(2)
})

test('the phone logs a companion out, which then may not come back, and its number is not used again', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  expect(await s.control.unlink(ALICE)).toEqual({ number: ALICE, devices: [1] })
  await eventually(() => client.closes.some(({ code }) => code === 401))
  const again = s.client(client.memory).connect()
  await eventually(() => again.closes.length === 1)
  expect(again.closes[0]?.code).toBe(401)
  await expect(s.control.unlink(ALICE)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND', status: 404 })
  const next = await s.link(ALICE)
  expect(next.memory.creds.me?.id).toBe('15550000001:2@s.whatsapp.net')
})

test('a companion logs itself out', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  await client.socket.logout()
  await eventually(async () => (await s.control.stats()).companions === 0)
  const again = s.client(client.memory).connect()
  await eventually(() => again.closes.length === 1)
  expect(again.closes[0]?.code).toBe(401)
})

test('a second login ends the first with a conflict', async () => {
  await using s = await stage()
  const first = await s.link(ALICE)
  const second = await s.client(copyMemory(first.memory)).connect().ready()
  await eventually(() => first.closes.some(({ code }) => code === 440))
  expect(second.isOpen).toBe(true)
  const { id } = await s.control.send(BOB, { to: ALICE, text: 'to the second' })
  await eventually(() => second.textOf(id) === 'to the second')
})

test('everybody is on WhatsApp, but for the numbers of nobody', async () => {
  await using s = await stage()
  const client = await s.link(ALICE)
  const found = await client.socket.onWhatsApp('15559998888', '99912345678')
  expect(found).toEqual([{ jid: jidOf('+15559998888'), exists: true }])
})
