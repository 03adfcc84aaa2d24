import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { PostAnswers } from './post-answers.ts'
import { asInChats, editedAt, isDeleted } from './post-changes.ts'
import { postOf } from './posts.ts'

const CHANNEL = '120363000000000001@newsletter'
const { Type } = proto.Message.ProtocolMessage
const bytes = (message: proto.IMessage) => proto.Message.encode(message).finish()
const text = (words: string) => bytes({ extendedTextMessage: { text: words } })
const change = (protocolMessage: proto.Message.IProtocolMessage) =>
  postOf({
    id: 'CHANGE',
    to: CHANNEL,
    message: bytes({ protocolMessage: { key: { id: 'POST' }, ...protocolMessage } }),
  })

test('a change of a post goes under the id of the post, with the new content alone', () => {
  const post = postOf({ id: 'POST', to: CHANNEL, message: text('Fresh') })
  expect(post).toMatchObject({ attrs: { id: 'POST', type: 'text' }, content: [{ content: text('Fresh') }] })
  expect(post.attrs).not.toHaveProperty('edit')
  const editedMessage = { imageMessage: { caption: 'Warm' } }
  expect(change({ type: Type.MESSAGE_EDIT, editedMessage })).toEqual({
    tag: 'message',
    attrs: { to: CHANNEL, id: 'POST', type: 'media', edit: '3' },
    content: [{ tag: 'plaintext', attrs: { mediatype: 'image' }, content: bytes(editedMessage) }],
  })
  expect(change({ type: Type.REVOKE })).toEqual({
    tag: 'message',
    attrs: { to: CHANNEL, id: 'POST', type: 'text', edit: '8' },
    content: [{ tag: 'plaintext', attrs: {} }],
  })
})

test('answers under one id are about what left under it, in that order', () => {
  const answers = new PostAnswers()
  answers.expect('POST', 'POST')
  answers.expect('POST', 'EDIT')
  answers.expect('POST', 'DELETION')
  answers.expect('POST', 'EDIT')
  expect([1, 2, 3, 4].map(() => answers.take('POST'))).toEqual(['POST', 'EDIT', 'DELETION', 'POST'])
  expect(answers.take('OTHER')).toBe('OTHER')
})

const came = (attrs: Record<string, string>, content: BinaryNode[]): BinaryNode => ({
  tag: 'message',
  attrs: { from: CHANNEL, id: 'POST', t: '1700000000', ...attrs },
  content,
})
const plain = (content?: Uint8Array): BinaryNode => ({
  tag: 'plaintext',
  attrs: {},
  ...(content ? { content } : {}),
})
const read = ({ content }: BinaryNode) => {
  const [{ content: inner } = plain()] = content as BinaryNode[]
  return proto.Message.decode(inner as Uint8Array).protocolMessage
}

test('an edited post reads as an edit, with its own time', () => {
  const meta = { tag: 'meta', attrs: { msg_edit_t: '1700000060500', original_msg_t: '1700000000' } }
  const stanza = came({}, [plain(text('Warm')), meta])
  expect(editedAt(stanza)).toBe(1_700_000_060_500)
  asInChats(stanza)
  expect(stanza.attrs).toMatchObject({ id: 'POST', t: '1700000060' })
  expect(read(stanza)).toMatchObject({
    key: { id: 'POST', remoteJid: CHANNEL, fromMe: true },
    type: Type.MESSAGE_EDIT,
    editedMessage: { extendedTextMessage: { text: 'Warm' } },
  })
})

test('a deleted post reads as a deletion, whether it has a content or not', () => {
  for (const content of [[], [plain()], [plain(text('old'))]]) {
    const stanza = came({ edit: '8' }, content)
    expect(isDeleted(stanza)).toBe(true)
    asInChats(stanza)
    expect(read(stanza)).toMatchObject({ key: { id: 'POST' }, type: Type.REVOKE })
  }
})

test('all else stays as it came', () => {
  for (const stanza of [
    came({}, [plain(text('Fresh'))]),
    came({ edit: '3' }, [plain(Buffer.from('no message'))]),
    { ...came({ edit: '8' }, [plain(text('x'))]), attrs: { from: '1@g.us', id: 'A', edit: '8' } },
  ]) {
    const before = { ...stanza, attrs: { ...stanza.attrs } }
    asInChats(stanza)
    expect(stanza).toEqual(before)
  }
})
