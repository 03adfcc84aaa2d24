import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const [ANN, BOB, CAT] = ['4915100000002', '4915100000003', '4915100000004']
let w: CapabilityWorld
let id: string
const path = (rest: string) => `/api/sessions/${id}${rest}`

type Contact = {
  id: string
  name: string | null
  savedName: string | null
  pushName: string | null
  isSaved: boolean
  lid: string
}
const contact = async (number: string) =>
  (await w.call<{ contact?: Contact }>('GET', path(`/contacts/${encodeURIComponent(number)}`))).body.contact
const listed = async (query = '') =>
  (await w.call<{ contacts: Contact[]; nextCursor: string | null }>('GET', path(`/contacts${query}`))).body
const told = async (name: string) =>
  (await w.events(id)).filter(
    (event) => event.type === 'contact.updated' && JSON.stringify(event.payload).includes(name),
  )

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  await w.phones.change(PHONE, { contact: { number: CAT, name: 'Cat from before' } })
  id = (await w.line(PHONE)).id
})
afterAll(() => w.close())

capability('Know who writes', 'GET /api/sessions/{sessionId}/contacts/{contactId}', async () => {
  expect(await w.call('GET', path(`/contacts/+${ANN}`))).toMatchObject({
    status: 404,
    body: { code: 'CONTACT_NOT_FOUND' },
  })
  for (const text of ['one', 'two', 'three']) {
    const sent = await w.phones.send(ANN, { to: PHONE, text })
    await w.received(id, sent.id)
  }
  const ann = await contact(ANN)
  expect(ann).toMatchObject({
    id: jidOf(ANN),
    name: 'Person 0002',
    pushName: 'Person 0002',
    savedName: null,
    isSaved: false,
    phoneNumber: `+${ANN}`,
    lid: expect.stringMatching(/@lid$/),
  })
  // Told once, however often she writes; and by her LID she is the same person.
  expect(await told(jidOf(ANN))).toHaveLength(1)
  expect(await contact(ann!.lid)).toEqual(ann)
})

capability('Take over the address book of the phone', 'GET /api/sessions/{sessionId}/contacts', async () => {
  await until('the contact of before', async () => (await contact(CAT))?.savedName === 'Cat from before')
  await w.phones.change(PHONE, { contact: { number: ANN, name: 'Ann Example' } })
  const event = await w.event(id, 'contact.updated', (payload) => payload.contact.savedName === 'Ann Example')
  expect(event.payload.contact).toMatchObject({ id: jidOf(ANN), pushName: 'Person 0002' })
  await w.phones.change(PHONE, { contact: { number: BOB, name: 'Bob Builder' } })
  await until('Bob is listed', async () => (await contact(BOB))?.name === 'Bob Builder')

  const saved = (await listed('?saved=true')).contacts.map(({ name }) => name)
  expect(saved).toEqual(['Ann Example', 'Bob Builder', 'Cat from before'])
  expect((await listed('?search=build')).contacts).toMatchObject([{ id: jidOf(BOB) }])
  expect((await listed(`?search=${encodeURIComponent('+49 151 0000 0002')}`)).contacts).toMatchObject([
    { id: jidOf(ANN), name: 'Ann Example' },
  ])
  const first = await listed('?limit=1&saved=true')
  const second = await listed(`?limit=1&saved=true&cursor=${encodeURIComponent(first.nextCursor!)}`)
  expect([...first.contacts, ...second.contacts].map(({ name }) => name)).toEqual([
    'Ann Example',
    'Bob Builder',
  ])
})

capability(
  'Save, rename and remove a contact on the phone',
  'PUT /api/sessions/{sessionId}/contacts/{contactId} · DELETE /api/sessions/{sessionId}/contacts/{contactId}',
  async () => {
    const names = async () =>
      new Map((await w.phones.state(PHONE)).contacts.map((one) => [one.number, one.name]))
    const at = path(`/contacts/+${BOB}`)
    const saved = await w.call('PUT', at, { name: 'Robert', firstName: 'Bob' })
    expect(saved).toMatchObject({ status: 200, body: { contact: { name: 'Robert', isSaved: true } } })
    expect((await names()).get(`+${BOB}`)).toBe('Robert')
    expect((await w.call('DELETE', at)).status).toBe(200)
    expect((await names()).has(`+${BOB}`)).toBe(false)
    expect(await contact(BOB)).toMatchObject({ savedName: null, isSaved: false })
    expect((await w.call('PUT', at, { name: 'Bobby' })).status).toBe(200)
    expect((await names()).get(`+${BOB}`)).toBe('Bobby')
    await w.phones.change(PHONE, { contact: { number: BOB, name: null } })
    await until('the phone removed him', async () => (await contact(BOB))?.isSaved === false)
    expect(await w.call('PUT', at, { name: '' })).toMatchObject({ body: { code: 'VALIDATION_ERROR' } })
    const { unknownQueries, problems } = await w.phones.stats()
    expect({ unknownQueries, problems }).toEqual({ unknownQueries: {}, problems: [] })
  },
)
