/** Groups: who is in, who may change them, and which devices hold the sender key of which phone. */
import { randomInt } from 'node:crypto'
import { SandboxError } from '../error.ts'
import type { Person } from '../people/people.ts'
import type { Store } from '../store.ts'

export type Role = 'superadmin' | 'admin' | 'member'
export type Member = { lid: string; number: string; role: Role }
export type Group = {
  /** `120363…@g.us` */
  id: string
  subject: string
  creator: { lid: string; number: string }
  createdAt: number
  subjectAt: number
  description?: string
  members: Member[]
  announce?: boolean
  locked?: boolean
  joinApproval?: boolean
  membersCanAdd?: boolean
  disappearingSeconds?: number
  /** Made when it is asked for first. */
  inviteCode?: string
  /** Who wants to join, with the time. */
  requests?: { lid: string; number: string; at: number }[]
}
export type Groups = ReturnType<typeof openGroups>

export function openGroups(store: Store) {
  const table = store.table<Group>('groups')
  const readers = store.table<string[]>('sender_key_readers')
  const known = new Map(table.all().map((group) => [group.id, group]))
  const save = (group: Group) => {
    known.set(group.id, group)
    table.put(group.id, group)
    return group
  }

  return {
    create(creator: Person, subject: string, others: Person[]): Group {
      const now = Date.now()
      const members = [...new Set([creator, ...others])].map(({ lid, number }): Member => {
        return { lid, number, role: lid === creator.lid ? 'superadmin' : 'member' }
      })
      const { lid, number } = creator
      const id = `120363${String(randomInt(1e12)).padStart(12, '0')}@g.us`
      return save({ id, subject, creator: { lid, number }, createdAt: now, subjectAt: now, members })
    },

    find: (id: string): Group | undefined => known.get(id),

    /** Throws GROUP_NOT_FOUND. */
    expect(id: string): Group {
      const group = known.get(id)
      if (!group) throw new SandboxError('GROUP_NOT_FOUND', `There is no group ${id}.`)
      return group
    },

    withInvite: (code: string): Group | undefined =>
      [...known.values()].find((group) => group.inviteCode === code),

    of: (person: Person): Group[] => [...known.values()].filter((group) => isMember(group, person)),
    all: (): Group[] => [...known.values()],
    save,

    /** Says which of the devices need the phone's sender key, and takes it that they get it now. */
    newReaders(chat: string, person: Person, devices: string[]): Set<string> {
      const key = `${chat}/${person.lid}`
      const have = new Set(readers.get(key))
      const missing = devices.filter((device) => !have.has(device))
      if (missing.length > 0) readers.put(key, [...have, ...missing])
      return new Set(missing)
    },

    /** After somebody has left: all devices need the phone's next sender key. */
    forgetReaders: (group: Group, { lid }: { lid: string }) => readers.delete(`${group.id}/${lid}`),

    forget: () => known.clear(),
  }
}

export const isMember = (group: Group, { lid }: { lid: string }): boolean =>
  group.members.some((member) => member.lid === lid)

export const isAdmin = (group: Group, { lid }: { lid: string }): boolean =>
  group.members.some((member) => member.lid === lid && member.role !== 'member')
