/** The own profile picture, and those of groups. */
import * as z from 'zod'
import { sealing } from '#core/settings.ts'
import { fileOf, hasOneSource, ONE_SOURCE, source } from '../media/source.ts'
import { done, groupOf, groupParam } from './parameters.ts'
import { type Asking, call } from './route.ts'

const { url, base64, id } = source
const Picture = z
  .strictObject({ url, base64, id })
  .refine(hasOneSource, ONE_SOURCE)
  .meta({ id: 'NewPicture', description: 'An image; it is shown as a square' })

async function set({ ask, deps, session }: Asking, given: z.output<typeof Picture>, id?: string) {
  const owner = { sessionId: session.id, accountId: session.accountId, ...sealing(session.settings) }
  const file = await fileOf(deps, owner, 'image', given)
  return ask('picture.set', { file: file.id, ...(id ? { id } : {}) })
}

const setOwn = call({
  method: 'put',
  path: '/profile/picture',
  tag: 'Contacts',
  summary: 'Change the own picture',
  body: Picture,
  example: { url: 'https://example.com/picture.jpg' },
  gives: done,
  run: (asking, { body }) => set(asking, body),
})

const removeOwn = call({
  method: 'delete',
  path: '/profile/picture',
  tag: 'Contacts',
  summary: 'Take the own picture away',
  gives: done,
  run: ({ ask }) => ask('picture.set', {}),
})

const ofGroup = call({
  method: 'get',
  path: '/groups/{groupId}/picture',
  tag: 'Groups',
  summary: 'Picture of a group',
  description:
    'At WhatsApp, small and whole; the addresses are valid for some days. Null when there is none.',
  params: groupParam,
  gives: { picture: z.string().nullable(), pictureFull: z.string().nullable() },
  async run({ ask }, { params }) {
    const id = groupOf(params.groupId)
    const [{ url: picture = null }, { url: pictureFull = null }] = await Promise.all([
      ask('person.picture', { id, preview: true }),
      ask('person.picture', { id, preview: false }),
    ])
    return { picture, pictureFull }
  },
})

const setOfGroup = call({
  method: 'put',
  path: '/groups/{groupId}/picture',
  tag: 'Groups',
  summary: 'Change the picture of a group',
  params: groupParam,
  body: Picture,
  example: { url: 'https://example.com/picture.jpg' },
  gives: done,
  run: (asking, { params, body }) => set(asking, body, groupOf(params.groupId)),
})

const removeOfGroup = call({
  method: 'delete',
  path: '/groups/{groupId}/picture',
  tag: 'Groups',
  summary: 'Take the picture of a group away',
  params: groupParam,
  gives: done,
  run: ({ ask }, { params }) => ask('picture.set', { id: groupOf(params.groupId) }),
})

export const pictureCalls = [setOwn, removeOwn, ofGroup, setOfGroup, removeOfGroup]
