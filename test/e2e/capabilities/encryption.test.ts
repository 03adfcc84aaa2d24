import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'vitest'
import { type CapabilityWorld, capability, jidOf, oneLine } from '../../support/capability.ts'
import { TABLE_NAMES } from '../../support/database.ts'
import { png } from '../../support/files.ts'
import { until } from '../../support/until.ts'

/** Everything that is said here has the word in it, and the word must be nowhere in the database. */
const WORD = 'rhubarb'
const [OWN, CAROL] = ['4915100000001', '4915100000003']
let w: CapabilityWorld
let id: string

oneLine(OWN, (world, line) => {
  w = world
  id = line
})

/** All items of all tables, with their bytes as text, as somebody who steals the database sees them. */
async function everything(): Promise<string> {
  const seen: string[] = []
  for (const TableName of Object.values(TABLE_NAMES)) {
    let from: Record<string, unknown> | undefined
    do {
      const page = await w.db.client.send(new ScanCommand({ TableName, ExclusiveStartKey: from }))
      for (const item of page.Items ?? [])
        seen.push(
          JSON.stringify(item, (_, value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
          ),
        )
      from = page.LastEvaluatedKey
    } while (from)
  }
  return seen.join('\n')
}
const holds = async (word: string) => {
  const all = await everything()
  return [word, word.toUpperCase(), Buffer.from(word).toString('base64').slice(0, 8)].some((form) =>
    all.includes(form),
  )
}
const image = { base64: png.toString('base64') }

capability(
  'What was said before a session is encrypted stays readable, and what comes after is sealed at rest',
  'PUT /api/sessions/{id}/settings {settings}',
  async () => {
    const before = await w.sends(id, { to: `+${CAROL}`, text: 'before' })
    expect(await holds('before')).toBe(true)
    await w.call('PUT', `/api/sessions/${id}/settings`, { settings: { enableEncryption: true } })
    await w.sends(id, { to: `+${CAROL}`, text: `about ${WORD}` })
    expect(await w.shown(id, before.id)).toMatchObject({ text: 'before' })
  },
)

capability(
  'Everything said in an encrypted session is sealed in the database, and read through the API as ever',
  'GET /api/sessions/{id}/chats · GET /api/sessions/{id}/chats/{chatId}/messages · GET /api/sessions/{id}/events · POST /api/messages {text}',
  async () => {
    const said = await w.phones.send(CAROL, { to: OWN, text: `${WORD} in` })
    expect(await w.received(id, said.id)).toMatchObject({ text: `${WORD} in` })
    const out = await w.sends(id, { to: `+${CAROL}`, text: `${WORD} out` })
    expect(await w.shown(id, out.id)).toMatchObject({ text: `${WORD} out` })
    await w.atPhone(CAROL, out.id)

    const place = { latitude: 1, longitude: 2, name: `${WORD} farm` }
    const poll = { question: `${WORD}?`, options: [`${WORD} yes`, 'no'] }
    const contact = { name: `${WORD} Smith`, phoneNumber: `+${CAROL}` }
    const reply = { text: `more ${WORD}`, replyTo: out.id }
    const file = { ...image, fileName: `${WORD}.png`, caption: `a ${WORD}` }
    const sent = [
      await w.sends(id, { to: `+${CAROL}`, location: place }),
      await w.sends(id, { to: `+${CAROL}`, poll }),
      await w.sends(id, { to: `+${CAROL}`, contacts: [contact] }),
      await w.sends(id, { to: `+${CAROL}`, ...reply }),
      await w.sends(id, { to: `+${CAROL}`, document: file }),
    ]
    for (const message of [
      { location: place },
      { poll },
      { document: { data: image.base64, mimetype: 'image/png', fileName: `${WORD}.png`, caption: WORD } },
      { reaction: { emoji: '🎉', id: out.id } },
    ]) {
      const { id: messageId } = await w.phones.send(CAROL, { to: OWN, ...message } as never)
      await until('it to be told', async () =>
        (await w.events(id)).some((event) => JSON.stringify(event.payload).includes(messageId)),
      )
    }
    await w.call('PUT', `/api/messages/${out.id}`, { text: `${WORD} edited` })
    await w.event(id, 'message.edited')
    await w.event(id, 'message.media')

    const { body: list } = await w.call<{ chats: { lastMessage: { text?: string } }[] }>(
      'GET',
      `/api/sessions/${id}/chats`,
    )
    expect(list.chats).toHaveLength(1)
    const chat = `/api/sessions/${id}/chats/${encodeURIComponent(jidOf(CAROL))}`
    const { body } = await w.call<{ messages: { id: string; text?: string }[] }>(
      'GET',
      `${chat}/messages?limit=100`,
    )
    expect(body.messages.find((message) => message.id === out.id)).toMatchObject({
      text: `${WORD} edited`,
      reactions: [{ emoji: '🎉' }],
    })
    for (const one of sent)
      expect(JSON.stringify(body.messages.find(({ id }) => id === one.id))).toContain(WORD)
    const { body: log } = await w.call('GET', `/api/sessions/${id}/events?limit=500`)
    expect(JSON.stringify(log)).toContain(`${WORD} in`)

    expect(await holds(WORD)).toBe(false)
    expect((await w.phones.stats()).unknownQueries).toEqual({})
  },
)

capability(
  'A connector that takes over goes on, and what waited is sent',
  'POST /api/messages {text}',
  async () => {
    const [connector] = w.running
    await connector?.stop()
    const waiting = w.sends(id, { to: `+${CAROL}`, text: `${WORD} again` })
    await w.connector('c2')
    await w.atPhone(CAROL, (await waiting).id)
    expect(await holds(WORD)).toBe(false)
  },
)
