import { expect, test } from 'vitest'
import { sandbox } from '../index.ts'
import { controlApp } from './app.ts'

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

async function failure(response: Response): Promise<[number, string]> {
  const { code, error } = (await response.json()) as { code: string; error: string }
  expect(error).not.toBe('')
  return [response.status, code]
}

test('numbers go with or without a plus', async () => {
  await using box = await sandbox()
  const sent = await post(`${box.url}/phones/15550000001/send`, { to: '+15550000002', text: 'Hello' })
  expect(sent.status).toBe(201)
  const { id } = (await sent.json()) as { id: string }
  const inbox = await (await fetch(`${box.url}/phones/+15550000002/inbox`)).json()
  expect(inbox).toEqual({
    messages: [
      {
        id,
        from: '+15550000001',
        to: '+15550000002',
        type: 'text',
        text: 'Hello',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        copies: 1,
        fromMe: false,
        read: false,
      },
    ],
    retries: 0,
    undecryptable: 0,
  })
  expect(await (await post(`${box.url}/phones/15550000002/read`, { ids: [id] })).json()).toEqual({ read: 1 })
  const next = await (await fetch(`${box.url}/phones/15550000002/inbox?after=${id}`)).json()
  expect(next).toMatchObject({ messages: [] })
})

test('what cannot be done has a name and a status', async () => {
  await using box = await sandbox()
  const phone = `${box.url}/phones/+15550000001`
  const cases: [Promise<Response>, number, string][] = [
    [post(`${phone}/send`, '{'), 400, 'REQUEST_INVALID'],
    [post(`${phone}/send`, { to: '+15550000002' }), 400, 'REQUEST_INVALID'],
    [post(`${phone}/send`, { to: 'Bob', text: 'x' }), 400, 'REQUEST_INVALID'],
    [post(`${phone}/send`, { to: '+99955555555', text: 'x' }), 400, 'NUMBER_INVALID'],
    [post(`${phone}/send`, { to: '+15550000002', text: 'x', extra: 1 }), 400, 'REQUEST_INVALID'],
    [post(`${phone}/send`, { to: '120363000000000000@g.us', text: 'x' }), 404, 'GROUP_NOT_FOUND'],
    [post(`${phone}/send`, { to: '+15550000002', image: { data: '' } }), 400, 'REQUEST_INVALID'],
    [
      post(`${phone}/send`, { to: '+15550000002', text: 'x', poll: { question: 'a', options: ['b', 'c'] } }),
      400,
      'REQUEST_INVALID',
    ],
    [
      post(`${phone}/send`, { to: '+15550000002', reaction: { id: 'nope', emoji: 'x' } }),
      404,
      'MESSAGE_NOT_FOUND',
    ],
    [post(`${phone}/pair`, { code: 'ABCD1234' }), 404, 'PAIRING_CODE_UNKNOWN'],
    [post(`${phone}/scan`, { qr: 'no code' }), 400, 'QR_MALFORMED'],
    [post(`${phone}/scan`, { qr: 'https://wa.me/settings/linked_devices#a,b,c,d,1' }), 404, 'QR_UNKNOWN'],
    [post(`${phone}/read`, { ids: ['x'] }), 404, 'MESSAGE_NOT_FOUND'],
    [post(`${phone}/unlink`, ''), 404, 'DEVICE_NOT_FOUND'],
    [post(`${box.url}/phones/abc/send`, { to: '+15550000002', text: 'x' }), 400, 'REQUEST_INVALID'],
    [post(`${box.url}/faults`, { kind: 'earthquake' }), 400, 'REQUEST_INVALID'],
    [fetch(`${phone}/inbox?after=nothing`), 400, 'CURSOR_UNKNOWN'],
    [fetch(`${box.url}/groups/120363000000000000@g.us`), 404, 'GROUP_NOT_FOUND'],
    [fetch(`${box.url}/nowhere`), 404, 'NOT_FOUND'],
    [post(`${phone}/send`, `{"to":"+15550000002","text":"${'x'.repeat(33 << 20)}"}`), 413, 'BODY_TOO_LARGE'],
  ]
  for (const [response, status, code] of cases) expect(await failure(await response)).toEqual([status, code])
})

test('groups, faults, statistics and reset over HTTP', async () => {
  await using box = await sandbox()
  const [creator, member] = ['+15550000001', '+15550000002']
  const made = await post(`${box.url}/groups`, { creator, subject: 'Tea', participants: [member] })
  expect(made.status).toBe(201)
  const group = (await made.json()) as { id: string }
  expect(await (await fetch(`${box.url}/groups/${group.id}`)).json()).toEqual(group)

  const fault = await post(`${box.url}/faults`, { kind: 'restrict', number: creator, forMs: 60_000 })
  expect(fault.status).toBe(201)
  const { faults } = (await (await fetch(`${box.url}/faults`)).json()) as { faults: object[] }
  expect(faults).toMatchObject([{ kind: 'restrict', number: creator, forMs: 60_000 }])
  expect(await (await post(`${box.url}/faults`, { kind: 'restrict', off: true })).json()).toEqual({
    kind: 'restrict',
    released: 1,
  })

  expect(await (await fetch(`${box.url}/stats`)).json()).toMatchObject({
    connections: { open: 0, loggedIn: 0 },
    people: 2,
    unknownQueries: {},
  })
  const { rootKey } = (await (await fetch(box.url)).json()) as { rootKey: string }
  expect(rootKey).toBe(box.rootKey)
  await post(`${box.url}/reset`, '')
  expect(await (await fetch(`${box.url}/phones`)).json()).toEqual({ phones: [] })
  expect((await fetch(`${box.url}/groups/${group.id}`)).status).toBe(404)
})

test('a username is taken by one person at a time, given up, and kept over phones that are listed', async () => {
  await using box = await sandbox()
  const take = (number: string, body: object) =>
    fetch(`${box.url}/phones/${number}/username`, { method: 'PUT', body: JSON.stringify(body) })
  const taken = await take('15550000001', { username: 'ada.l', key: '1234' })
  expect(await taken.json()).toEqual({ number: '+15550000001', username: 'ada.l' })
  expect(await failure(await take('15550000002', { username: 'ada.l' }))).toEqual([409, 'USERNAME_TAKEN'])
  for (const wrong of ['Ada', 'ab', '12345', 'a b c'])
    expect(await failure(await take('15550000002', { username: wrong }))).toEqual([400, 'REQUEST_INVALID'])
  await take('15550000001', { username: null })
  expect((await take('15550000002', { username: 'ada.l' })).status).toBe(200)
  const phones = await box.control.phones()
  expect(phones.map(({ number, username }) => [number, username])).toEqual([
    ['+15550000001', null],
    ['+15550000002', 'ada.l'],
  ])
})

test('what breaks in the sandbox itself is answered by name, and what it was stands among the problems', async () => {
  await using box = await sandbox()
  const phones = async () => {
    throw new Error('a defect of ours')
  }
  const app = controlApp({ ...box.control, phones }, () => ({ url: '', wsUrl: '', rootKey: '' }))
  expect(await failure(await app.request('/phones'))).toEqual([500, 'INTERNAL'])
  expect((await box.control.stats()).problems).toMatchObject([
    { what: 'control', detail: 'a defect of ours' },
  ])
})

test('a reset forgets calls too', async () => {
  await using box = await sandbox()
  const { id } = await box.control.call('+15550000001', '+15550000002')
  await post(`${box.url}/reset`, {})
  expect(await failure(await fetch(`${box.url}/calls/${id}`))).toEqual([404, 'CALL_NOT_FOUND'])
})
