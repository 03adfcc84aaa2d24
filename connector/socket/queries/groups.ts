/** Groups: who is in, what they are called, who may do what, and how one gets in. */
import type { BinaryNode, GroupMetadata } from '@whiskeysockets/baileys'
import type { GroupInfo, Takes } from '#core/contract/request.ts'
import { iso } from '#core/platform/clock.ts'
import { called } from '../../convert/identity.ts'
import { Refused } from '../errors.ts'
import type { Answers, Asked } from './index.ts'
import { personOf } from './people.ts'

type Result = { status: string; jid: string | undefined; content?: BinaryNode }

export const groupAnswers = (asked: Asked): Answers => {
  const { socket } = asked
  const info = (found: GroupMetadata): GroupInfo => infoOf(found, asked)
  const results = (affected: Result[]) => ({
    results: affected.map(({ status, jid, content }) => ({
      person: personOf(jid ?? '', asked, content?.attrs.phone_number),
      status,
    })),
  })
  const code = (given: string | undefined) => {
    if (!given) throw new Refused('WhatsApp gave no code.', 404)
    return { code: given }
  }
  return {
    'group.create': async ({ subject, participants }) =>
      info(await socket.groupCreate(subject, participants)),
    'group.list': async () => ({
      groups: Object.values(await socket.groupFetchAllParticipating()).map(info),
    }),
    'group.info': async ({ groupId }) => info(await socket.groupMetadata(groupId)),
    async 'group.subject'({ groupId, subject }) {
      await socket.groupUpdateSubject(groupId, subject)
      return {}
    },
    async 'group.description'({ groupId, description }) {
      await socket.groupUpdateDescription(groupId, description || undefined)
      return {}
    },
    async 'group.setting'(change) {
      await setting(asked, change)
      return {}
    },
    'group.participants': async ({ groupId, action, people }) =>
      results(await socket.groupParticipantsUpdate(groupId, people, action)),
    async 'group.tag'({ groupId, tag }) {
      await socket.updateMemberLabel(groupId, tag)
      return {}
    },
    'group.invite': async ({ groupId }) => code(await socket.groupInviteCode(groupId)),
    'group.revoke-invite': async ({ groupId }) => code(await socket.groupRevokeInvite(groupId)),
    'group.invite-info': async (invite) => info(await socket.groupGetInviteInfo(invite.code)),
    async 'group.join'(invite) {
      const groupId = await socket.groupAcceptInvite(invite.code)
      return groupId ? { groupId } : {}
    },
    async 'group.leave'({ groupId }) {
      await socket.groupLeave(groupId)
      return {}
    },
    async 'group.join-requests'({ groupId }) {
      const found = await socket.groupRequestParticipantsList(groupId)
      return {
        requests: found.map(({ jid = '', phone_number, request_time }) => ({
          person: personOf(jid, asked, phone_number),
          ...(Number(request_time) > 0 ? { requestedAt: iso(Number(request_time) * 1_000) } : {}),
        })),
      }
    },
    'group.answer-requests': async ({ groupId, action, people }) =>
      results(await socket.groupRequestParticipantsUpdate(groupId, people, action)),
  }
}

async function setting({ socket, note }: Asked, { groupId, change }: Takes<'group.setting'>): Promise<void> {
  switch (change.setting) {
    case 'announce':
      return socket.groupSettingUpdate(groupId, change.value ? 'announcement' : 'not_announcement')
    case 'locked':
      return socket.groupSettingUpdate(groupId, change.value ? 'locked' : 'unlocked')
    case 'joinApproval':
      return socket.groupJoinApprovalMode(groupId, change.value ? 'on' : 'off')
    case 'membersCanAdd':
      return socket.groupMemberAddMode(groupId, change.value ? 'all_member_add' : 'admin_add')
    case 'disappearingSeconds':
      await socket.groupToggleEphemeral(groupId, change.value)
      return note([{ what: 'chat', jid: groupId, disappearingSeconds: change.value }])
  }
}

function infoOf(found: GroupMetadata, asked: Asked): GroupInfo {
  const { id, subject, desc, owner, ownerPn, creation, ephemeralDuration } = found
  return {
    id,
    subject: subject ?? '',
    ...(desc ? { description: desc } : {}),
    ...(owner ? { owner: { ...personOf(owner, asked, ownerPn), ...called(found.ownerUsername) } } : {}),
    ...(creation && creation > 0 ? { createdAt: iso(creation * 1_000) } : {}),
    participants: found.participants.map(({ id: jid, phoneNumber, lid, username, admin }) => ({
      ...personOf(jid, asked, phoneNumber ?? lid),
      ...called(username),
      role: admin ?? 'member',
    })),
    announce: found.announce ?? false,
    locked: found.restrict ?? false,
    joinApproval: found.joinApprovalMode ?? false,
    membersCanAdd: found.memberAddMode ?? false,
    ...(ephemeralDuration ? { disappearingSeconds: ephemeralDuration } : {}),
  }
}
