/** Labels, as business accounts have them: made, changed, and put on chats and messages, on all devices of the number. */
import * as z from 'zod'
import * as Labels from '#core/labels/label.ts'
import { Fault } from '#core/platform/fault.ts'
import { findTarget } from '#core/target.ts'
import { Line } from '../messages/text.ts'
import { chatParam, done, labelParam } from './parameters.ts'
import { type Asking, call } from './route.ts'

const tag = 'Labels'
const Name = Line.max(100)
const Color = z.int().min(0).max(19)

/** @throws Fault LABEL_NOT_FOUND */
async function theLabel(
  { deps, session }: Pick<Asking, 'deps' | 'session'>,
  labelId: string,
): Promise<Labels.Label> {
  const label = await Labels.find(deps.store, session.id, labelId)
  if (!label) throw new Fault('LABEL_NOT_FOUND', 'Label not found', { details: { labelId } })
  return label
}

const create = call({
  method: 'post',
  path: '/labels',
  tag,
  summary: 'Create a label',
  description: 'WhatsApp Business has labels, at most 20 of them; other accounts do not show them.',
  body: z.strictObject({ name: Name, color: Color.default(0) }).meta({ id: 'NewLabel' }),
  example: { name: 'Paid', color: 3 },
  gives: { label: Labels.Label },
  async run({ ask, deps, session }, { body }) {
    const label = { id: await Labels.freeId(deps.store, session.id), ...body }
    await ask('label.edit', { ...label, deleted: false })
    return { label }
  },
})

const change = call({
  method: 'put',
  path: '/labels/{labelId}',
  tag,
  summary: 'Change a label',
  params: labelParam,
  body: z
    .strictObject({ name: Name.optional(), color: Color.optional() })
    .refine(({ name, color }) => name !== undefined || color !== undefined, 'must change something')
    .meta({ id: 'LabelChange' }),
  example: { name: 'Paid in full' },
  gives: { label: Labels.Label },
  async run(asking, { params, body: { name, color } }) {
    const known = await theLabel(asking, params.labelId)
    const label = { ...known, name: name ?? known.name, color: color ?? known.color }
    await asking.ask('label.edit', { ...label, deleted: false })
    return { label }
  },
})

const remove = call({
  method: 'delete',
  path: '/labels/{labelId}',
  tag,
  summary: 'Delete a label',
  description: 'And take it off everything that it is on.',
  params: labelParam,
  gives: done,
  async run(asking, { params }) {
    return asking.ask('label.edit', { ...(await theLabel(asking, params.labelId)), deleted: true })
  },
})

const onChat = (method: 'put' | 'delete') =>
  call({
    method,
    path: '/chats/{chatId}/labels/{labelId}',
    tag,
    summary: method === 'put' ? 'Put a label on a chat' : 'Take a label off a chat',
    params: { ...chatParam, ...labelParam },
    gives: done,
    async run(asking, { params }) {
      const { id } = await theLabel(asking, params.labelId)
      return asking.ask('label.put', {
        labelIds: [id],
        chatId: await asking.chatOf(params.chatId),
        on: method === 'put',
      })
    },
  })

const ofChat = call({
  method: 'put',
  path: '/chats/{chatId}/labels',
  tag,
  summary: 'Set the labels of a chat',
  description: 'These, and no others.',
  params: chatParam,
  body: z.strictObject({ labels: z.array(z.string().max(40)).max(50) }).meta({ id: 'LabelsOfChat' }),
  example: { labels: ['6', '7'] },
  gives: { labels: z.array(Labels.Label) },
  async run(asking, { params, body }) {
    const { ask, deps, session } = asking
    const chatId = await asking.chatOf(params.chatId)
    const wanted = await Promise.all([...new Set(body.labels)].map((id) => theLabel(asking, id)))
    const before = await Labels.ofChat(deps.store, session.id, chatId)
    const without = (some: Labels.Label[], others: Labels.Label[]) =>
      some.filter(({ id }) => !others.some((other) => other.id === id)).map(({ id }) => id)
    const [added, taken] = [without(wanted, before), without(before, wanted)]
    if (added.length > 0) await ask('label.put', { labelIds: added, chatId, on: true })
    if (taken.length > 0) await ask('label.put', { labelIds: taken, chatId, on: false })
    return { labels: wanted }
  },
})

const onMessage = (method: 'put' | 'delete') =>
  call({
    method,
    path: '/messages/{messageId}/labels/{labelId}',
    tag,
    summary: method === 'put' ? 'Put a label on a message' : 'Take a label off a message',
    params: { messageId: z.string(), ...labelParam },
    gives: done,
    async run(asking, { params }) {
      const { ask, deps, session } = asking
      const { id } = await theLabel(asking, params.labelId)
      const { id: messageId, chatId } = await findTarget(deps.store, session.id, params.messageId)
      return ask('label.put', { labelIds: [id], chatId, messageId, on: method === 'put' })
    },
  })

export const labelCalls = [
  create,
  change,
  remove,
  ofChat,
  onChat('put'),
  onChat('delete'),
  onMessage('put'),
  onMessage('delete'),
]
