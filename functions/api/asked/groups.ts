/** Groups: create, look at, change, and who is in. */
import * as z from 'zod'
import { Person } from '#core/contract/person.ts'
import { Affected, GroupInfo } from '#core/contract/request.ts'
import { pageOf, SHORT } from '../listing.ts'
import { Line, Text } from '../messages/text.ts'
import { done, groupOf, groupParam, People, placeOfPerson } from './parameters.ts'
import { call } from './route.ts'

const tag = 'Groups'
const Group = GroupInfo.meta({ id: 'Group' })
const Subject = Line.max(100)

const create = call({
  method: 'post',
  path: '/groups',
  tag,
  summary: 'Create a group',
  body: z.strictObject({ subject: Subject, participants: People }).meta({ id: 'NewGroup' }),
  example: { subject: 'Friends', participants: ['+4915123456789'] },
  gives: { group: Group },
  async run({ ask, peopleOf }, { body: { subject, participants } }) {
    return { group: await ask('group.create', { subject, participants: await peopleOf(participants) }) }
  },
})

const list = call({
  method: 'get',
  path: '/groups',
  tag,
  summary: 'List the groups that we are in',
  query: SHORT.query,
  gives: { groups: z.array(Group), ...SHORT.gives },
  async run({ ask }, { query }) {
    const all = await ask('group.list', {})
    const { items: groups, nextCursor } = pageOf(all.groups, query, ({ id }) => [id])
    return { groups, nextCursor }
  },
})

const info = call({
  method: 'get',
  path: '/groups/{groupId}',
  tag,
  summary: 'Show a group',
  params: groupParam,
  gives: { group: Group },
  async run({ ask }, { params }) {
    return { group: await ask('group.info', { groupId: groupOf(params.groupId) }) }
  },
})

const change = call({
  method: 'patch',
  path: '/groups/{groupId}',
  tag,
  summary: 'Change a group',
  description:
    'Subject, description (empty removes it), and who may do what. Only admins may change the settings.',
  params: groupParam,
  body: z
    .strictObject({
      subject: Subject.optional(),
      description: z.union([z.literal(''), Text.max(2_048)]).optional(),
      announce: z.boolean().optional().meta({ description: 'Only admins write' }),
      locked: z
        .boolean()
        .optional()
        .meta({ description: 'Only admins change subject, description and picture' }),
      joinApproval: z.boolean().optional().meta({ description: 'Admins let people in one by one' }),
      membersCanAdd: z.boolean().optional(),
      disappearingSeconds: z.literal([0, 86_400, 604_800, 7_776_000]).optional(),
    })
    .refine((body) => Object.values(body).some((value) => value !== undefined), 'must change something')
    .meta({ id: 'GroupChange' }),
  example: { subject: 'Good friends' },
  gives: { group: Group },
  async run({ ask }, { params, body }) {
    const groupId = groupOf(params.groupId)
    const { subject, description, disappearingSeconds, ...settings } = body
    if (subject !== undefined) await ask('group.subject', { groupId, subject })
    if (description !== undefined) await ask('group.description', { groupId, description })
    if (disappearingSeconds !== undefined)
      await ask('group.setting', {
        groupId,
        change: { setting: 'disappearingSeconds', value: disappearingSeconds },
      })
    for (const setting of ['announce', 'locked', 'joinApproval', 'membersCanAdd'] as const) {
      const value = settings[setting]
      if (value !== undefined) await ask('group.setting', { groupId, change: { setting, value } })
    }
    return { group: await ask('group.info', { groupId }) }
  },
})

const Action = z.enum(['add', 'remove', 'promote', 'demote'])

const participants = call({
  method: 'post',
  path: '/groups/{groupId}/participants/{action}',
  tag,
  summary: 'Add, remove, promote or demote people',
  description: 'Answers for each person: 200 is done, 403 has to be invited, 409 is in already, and so on.',
  params: { ...groupParam, action: Action },
  body: z.strictObject({ participants: People }).meta({ id: 'Participants' }),
  example: { participants: ['+4915123456789'] },
  gives: { results: z.array(Affected) },
  run: async ({ ask, peopleOf }, { params, body }) =>
    ask('group.participants', {
      groupId: groupOf(params.groupId),
      action: params.action,
      people: await peopleOf(body.participants),
    }),
})

const leave = call({
  method: 'post',
  path: '/groups/{groupId}/leave',
  tag,
  summary: 'Leave a group',
  params: groupParam,
  gives: done,
  run: ({ ask }, { params }) => ask('group.leave', { groupId: groupOf(params.groupId) }),
})

const link = (code: string) => ({ code, inviteLink: `https://chat.whatsapp.com/${code}` })
const Invite = { code: z.string(), inviteLink: z.string() }

const invite = call({
  method: 'get',
  path: '/groups/{groupId}/invite',
  tag,
  summary: 'The invite link of a group',
  params: groupParam,
  gives: Invite,
  run: async ({ ask }, { params }) =>
    link((await ask('group.invite', { groupId: groupOf(params.groupId) })).code),
})

const revoke = call({
  method: 'delete',
  path: '/groups/{groupId}/invite',
  tag,
  summary: 'Revoke the invite link',
  description: 'Answers the new one.',
  params: groupParam,
  gives: Invite,
  run: async ({ ask }, { params }) =>
    link((await ask('group.revoke-invite', { groupId: groupOf(params.groupId) })).code),
})

/** A code, or the link that it stands in. */
const Code = z
  .string()
  .transform((text) => text.trim().replace(/^https:\/\/chat\.whatsapp\.com\/(invite\/)?/, ''))
  .refine((code) => /^[\w-]{8,40}$/.test(code), 'must be an invite link or its code')

const look = call({
  method: 'post',
  path: '/groups/invite-info',
  tag,
  summary: 'See which group an invite link leads to',
  body: z.strictObject({ invite: Code }).meta({ id: 'InviteToLookAt' }),
  example: { invite: 'https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv' },
  gives: { group: Group },
  run: async ({ ask }, { body }) => ({ group: await ask('group.invite-info', { code: body.invite }) }),
})

const join = call({
  method: 'post',
  path: '/groups/join',
  tag,
  summary: 'Join a group by its invite link',
  description: 'Null when admins have to let us in first.',
  body: z.strictObject({ invite: Code }).meta({ id: 'InviteToFollow' }),
  example: { invite: 'https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv' },
  gives: { groupId: z.string().nullable() },
  async run({ ask }, { body }) {
    const { groupId = null } = await ask('group.join', { code: body.invite })
    return { groupId }
  },
})

const requests = call({
  method: 'get',
  path: '/groups/{groupId}/join-requests',
  tag,
  summary: 'List who wants to join',
  params: groupParam,
  query: SHORT.query,
  gives: {
    requests: z.array(z.object({ person: Person, requestedAt: z.iso.datetime().optional() })),
    ...SHORT.gives,
  },
  async run({ ask }, { params, query }) {
    const all = await ask('group.join-requests', { groupId: groupOf(params.groupId) })
    const { items: requests, nextCursor } = pageOf(all.requests, query, ({ requestedAt = '', person }) => [
      requestedAt,
      ...placeOfPerson(person),
    ])
    return { requests, nextCursor }
  },
})

const answerRequests = call({
  method: 'post',
  path: '/groups/{groupId}/join-requests/{action}',
  tag,
  summary: 'Let people in, or not',
  params: { ...groupParam, action: z.enum(['approve', 'reject']) },
  body: z.strictObject({ participants: People }).meta({ id: 'JoinRequests' }),
  example: { participants: ['+4915123456789'] },
  gives: { results: z.array(Affected) },
  run: async ({ ask, peopleOf }, { params, body }) =>
    ask('group.answer-requests', {
      groupId: groupOf(params.groupId),
      action: params.action,
      people: await peopleOf(body.participants),
    }),
})

const tagOurselves = call({
  method: 'put',
  path: '/groups/{groupId}/tag',
  tag,
  summary: 'Choose what a group shows beside our name',
  description: 'Of others the event `group.member_tag` tells. Empty takes it away.',
  params: groupParam,
  body: z.strictObject({ tag: z.union([z.literal(''), Line.max(30)]) }).meta({ id: 'MemberTag' }),
  example: { tag: 'Treasurer' },
  gives: done,
  run: ({ ask }, { params, body }) => ask('group.tag', { groupId: groupOf(params.groupId), tag: body.tag }),
})

export const groupCalls = [
  create,
  list,
  look,
  join,
  info,
  change,
  participants,
  leave,
  invite,
  revoke,
  requests,
  answerRequests,
  tagOurselves,
]
