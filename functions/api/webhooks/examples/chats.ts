/** Examples of what is told of chats, groups, people and calls. */
import type { Examples } from './index.ts'
import { CHANNEL, CHAT, GROUP, PERSON, SENDER, THEIRS } from './people.ts'

const call = { id: '4F2A9C0E', from: THEIRS, caller: SENDER, status: 'ringing' as const, isVideo: false }

export const CHATS: Examples<'channel' | 'chat' | 'group' | 'picture' | 'presence' | 'call'> = {
  'channel.updated': {
    channelId: CHANNEL,
    posts: [{ serverId: '104', id: '3AF3', views: 120, reactions: [{ emoji: '👍', count: 7 }] }],
  },
  'channel.followed': {
    channel: { id: CHANNEL, name: 'Corner shop', followers: 104, verified: false, role: 'follower' },
  },
  'channel.unfollowed': { channelId: CHANNEL },
  'channel.muted': { channelId: CHANNEL, muted: true },
  'chat.updated': { chatId: CHAT, changes: { archived: true }, person: PERSON },
  'chat.cleared': { chatId: CHAT, person: PERSON },
  'chat.deleted': { chatId: CHAT, person: PERSON },
  'group.participants': { groupId: GROUP, action: 'add', participants: [SENDER], by: SENDER },
  'group.updated': { groupId: GROUP, by: SENDER, changes: { subject: 'Weekend' } },
  'group.join_request': { groupId: GROUP, action: 'created', people: [SENDER], method: 'invite_link' },
  'group.member_tag': { groupId: GROUP, member: SENDER, tag: 'Treasurer' },
  'picture.updated': { chatId: CHAT, removed: false, person: PERSON },
  'presence.update': { chatId: CHAT, participant: THEIRS, state: 'composing', person: PERSON },
  'call.received': { call },
  'call.ended': { call: { ...call, status: 'rejected' } },
}
