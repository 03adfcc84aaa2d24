/**
 * What can be done with a sandbox from outside, as functions; `app.ts` offers the same over HTTP. Each resolves when
 * what it did is committed. Numbers go in with or without a plus and come out with one.
 */
import type { proto } from '@whiskeysockets/baileys'
import type * as z from 'zod'
import { postFromPhone } from '../channels/post.ts'
import { type Call, hangUp, ring } from '../delivery/calls.ts'
import { forgetParked } from '../delivery/deliver.ts'
import { postStatus, sendToGroup, sendToList, sendToPerson } from '../delivery/from-phone.ts'
import { type Typing as TypingState, type } from '../delivery/presence.ts'
import { markRead } from '../delivery/read.ts'
import { forgetStandings } from '../delivery/standing.ts'
import { SandboxError } from '../error.ts'
import { type Group, isMember } from '../groups/groups.ts'
import { announce, groupNode } from '../groups/tell.ts'
import { contentOf, dropFile } from '../media/files.ts'
import { keepCertificates } from '../noise/certificates.ts'
import { enterCode } from '../pairing/code.ts'
import { readQr, scan } from '../pairing/scan.ts'
import { unlink } from '../pairing/unlink.ts'
import { compose } from '../people/compose.ts'
import type { InboxEntry, InboxPage } from '../people/inbox.ts'
import type { Business, Person } from '../people/people.ts'
import { keepPicture, tellOfPicture } from '../people/pictures.ts'
import { type PhoneState, phoneState } from '../people/synced.ts'
import { enter } from '../queries/group-settings.ts'

import { isBroadcast, isChannel, isGroup, lidJid, parseAddress, pnJid, STATUS } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { channelControl } from './channels.ts'
import { changePhone, PhoneChange } from './phone-changes.ts'
import { type FaultOrder, type NewGroup, Past } from './schemas.ts'
import { Send } from './send-schema.ts'
import { beginFault, endFault } from './strike.ts'

export type InboxView = { messages: InboxEntry[]; retries: number; undecryptable: number }
export type GroupView = {
  id: string
  subject: string
  creator: string
  participants: { number: string; role: string }[]
}
export type Control = ReturnType<typeof controlOf>

export function controlOf(world: World) {
  const person = (number: string): Person => world.people.expect(number.replace('+', ''))
  const theCall = (id: string): Call => {
    const found = world.calls.get(id)
    if (!found) throw new SandboxError('CALL_NOT_FOUND', `There was no call ${id}.`)
    return found
  }
  const committed = async <T>(result: T): Promise<T> => {
    await world.store.durable()
    return result
  }

  const hand = (from: Person, { to, recipients }: z.output<typeof Send>, message: proto.IMessage) => {
    if (isChannel(to)) return postFromPhone(world, from, world.channels.expect(to), message)
    if (isGroup(to)) return sendToGroup(world, from, world.groups.expect(to), message)
    const people = recipients?.map(person)
    if (to === STATUS) return postStatus(world, from, people ?? world.people.all(), message)
    if (isBroadcast(to)) return sendToList(world, from, to, people ?? [], message)
    return sendToPerson(world, from, person(to), message)
  }

  return {
    /** This person's phone links the client that shows the code. Throws QR_* and PAIRING_*. */
    async scan(number: string, qr: string): Promise<{ number: string; device: number }> {
      const owner = person(number)
      const { device } = await scan(world, owner, readQr(qr))
      return committed({ number: `+${owner.number}`, device })
    },

    /** This person types the code that a client shows for the number. Throws PAIRING_*. */
    async pair(number: string, code: string): Promise<{ number: string; device: number }> {
      const owner = person(number)
      const { device } = await enterCode(world, owner, code)
      return committed({ number: `+${owner.number}`, device })
    },

    /** Somebody writes a message of any kind; gives its WhatsApp id. Throws MESSAGE_NOT_FOUND, NOT_A_PARTICIPANT. */
    async send(number: string, request: z.input<typeof Send>): Promise<{ id: string }> {
      const body = parseSend(request)
      const from = person(number)
      const message = await compose(world, from, body)
      return committed({ id: await hand(from, body, message) })
    },

    /** Somebody calls somebody. */
    call: async (number: string, to: string, video = false): Promise<Call> =>
      committed({ ...ring(world, person(number), person(to), video) }),

    /** The caller hangs up. Throws CALL_NOT_FOUND. */
    async hangUp(id: string): Promise<Call> {
      const found = theCall(id)
      return committed({ ...hangUp(world, person(found.from), person(found.to), found) })
    },

    /** Throws CALL_NOT_FOUND. */
    callState: async (id: string): Promise<Call> => ({ ...theCall(id) }),

    /** The file that came with a message, as the phone shows it. Throws MESSAGE_NOT_FOUND. */
    async media(_number: string, id: string): Promise<{ mimetype: string; content: Buffer }> {
      return contentOf(world, world.letters.expect(id).message)
    },

    /** The media server drops the file of a message, as it does after some weeks; the phone too, if that is said. */
    async dropMedia(id: string, alsoAtPhone = false): Promise<{ dropped: boolean }> {
      await dropFile(world, world.letters.expect(id).message, alsoAtPhone)
      return { dropped: true }
    },

    /** What reached this person and could be read, oldest first. Throws CURSOR_UNKNOWN. */
    async inbox(number: string, page: InboxPage = {}): Promise<InboxView> {
      const { lid } = person(number)
      return committed({ messages: world.inbox.list(lid, page), ...world.unreadable.count(lid) })
    },

    /** The person reads these messages; those who wrote them see it. */
    async read(number: string, ids: string[]): Promise<{ read: number }> {
      const reader = person(number)
      for (const id of ids) markRead(world, reader, id)
      return committed({ read: ids.length })
    },

    /** Who types or records to this phone, as it was told, oldest first. */
    activity: async (number: string) => ({ activity: world.sightings.of(person(number)) }),

    /** How far a message got that was written on a phone. */
    receipts: async (id: string) => ({ receipts: world.sightings.receiptsOf(id) }),

    /** The person changes the picture on the phone; everybody's companions are told. Without one it is removed. */
    async picture(number: string, data: string | null) {
      const owner = person(number)
      if (data === null) world.pictures.delete(owner.lid)
      else await keepPicture(world, owner.lid, Buffer.from(data, 'base64'))
      tellOfPicture(world, lidJid(owner.lid), owner, data !== null)
      return committed({ number: `+${owner.number}` })
    },

    /** The person is a business that says this of itself. */
    async business(number: string, business: Business) {
      const owner = person(number)
      owner.business = business
      world.people.save(owner)
      return committed({ number: `+${owner.number}`, business })
    },

    async typing(number: string, to: string, state: TypingState = 'composing') {
      const jid = isGroup(to) ? world.groups.expect(to).id : pnJid(person(to).number)
      type(world, person(number), jid, state)
      return committed({ state })
    },

    /** What this phone shows of chats, stars, labels and contacts, as its companions have changed them too. */
    state: async (number: string): Promise<PhoneState> => phoneState(world, person(number)),

    /** The person changes some of that on the phone; the companions hear of it. */
    async change(number: string, change: z.input<typeof PhoneChange>): Promise<PhoneState> {
      const owner = person(number)
      await changePhone(world, owner, PhoneChange.parse(change))
      return committed(await phoneState(world, owner))
    },

    /** What the phone remembers from before; companions that link from now on are given it. */
    async remember(number: string, past: z.input<typeof Past>) {
      const owner = person(number)
      const remembered = { ...Past.parse(past), at: Date.now() }
      world.pasts.put(owner.lid, remembered)
      return committed({ number: `+${owner.number}`, ...remembered })
    },

    /** The person shows the number to others from now on, or no longer. */
    async hideNumber(number: string, hidden: boolean) {
      const owner = person(number)
      owner.hidesNumber = hidden
      world.people.save(owner)
      return committed({ number: `+${owner.number}`, hidden })
    },

    /** The person takes a username, or gives it up; with a key, nobody finds it without. Throws USERNAME_TAKEN. */
    async username(number: string, username: string | null, key?: string) {
      const owner = person(number)
      const other = username === null ? undefined : world.people.withUsername(username)
      if (other && other !== owner) throw new SandboxError('USERNAME_TAKEN', `Somebody else is @${username}.`)
      owner.username = username ?? undefined
      owner.usernameKey = username === null ? undefined : key
      world.people.save(owner)
      return committed({ number: `+${owner.number}`, username })
    },

    /** Removes one linked device, or all of them. Throws DEVICE_NOT_FOUND. */
    async unlink(number: string, device?: number): Promise<{ number: string; devices: number[] }> {
      const owner = person(number)
      const leaving = world.companions
        .of(owner)
        .filter((each) => device === undefined || each.device === device)
      if (leaving.length === 0)
        throw new SandboxError('DEVICE_NOT_FOUND', `+${owner.number} has no such linked device.`)
      for (const companion of leaving) unlink(world, companion)
      return committed({ number: `+${owner.number}`, devices: leaving.map((each) => each.device) })
    },

    async createGroup({ creator, subject, participants }: z.output<typeof NewGroup>): Promise<GroupView> {
      const by = person(creator)
      const group = world.groups.create(by, subject, participants.map(person))
      announce(world, group, by, node('create', {}, [groupNode(world, group)]))
      return committed(viewOf(group))
    },

    /** Somebody follows an invite link on the phone. Throws GROUP_NOT_FOUND. */
    async joinGroup(number: string, code: string): Promise<GroupView> {
      const joining = person(number)
      const group = world.groups.withInvite(code)
      if (!group) throw new SandboxError('GROUP_NOT_FOUND', 'No group has that invite code.')
      if (!isMember(group, joining)) enter(world, group, joining)
      return committed(viewOf(world.groups.expect(group.id)))
    },

    group: async (id: string): Promise<GroupView> => viewOf(world.groups.expect(id)),

    ...channelControl(world, person, committed),

    async fault({ off = false, ...request }: z.input<typeof FaultOrder>) {
      const number = request.number?.replace('+', '')
      return committed(
        off ? endFault(world, request.kind, number) : beginFault(world, { ...request, number }),
      )
    },

    faults: async () => ({ faults: world.faults.list() }),

    /** What a call met that is a defect of ours: it stands among the problems, and the caller is told where. */
    broken(error: unknown): SandboxError {
      world.stats.problem('control', error)
      return new SandboxError(
        'INTERNAL',
        'Something broke in the sandbox: `problems` in GET /stats says what.',
      )
    },

    /** Who is there: for a first look with a browser. */
    async phones() {
      return world.people.all().map((each) => ({
        number: `+${each.number}`,
        lid: each.lid,
        username: each.username ?? null,
        devices: world.companions.of(each).map((companion) => {
          const connection = world.live.of(companion)
          const { device, shown } = companion
          return {
            device,
            connected: connection !== undefined,
            online: connection?.isOnline ?? false,
            ...shown,
          }
        }),
      }))
    },

    async stats() {
      const counted = world.stats.read()
      const connections = world.live.all()
      const loggedIn = connections.filter((connection) => connection.companion).length
      const undelivered = Object.entries(world.queue.counts()).map(([key, count]) => {
        const { lid, device } = parseAddress(key)
        return [`+${world.people.withLid(lid)?.number}:${device}`, count] as const
      })
      return {
        connections: { open: connections.length, loggedIn },
        people: world.people.all().length,
        companions: world.companions.all().length,
        undelivered: Object.fromEntries(undelivered),
        ...counted,
        totals: { ...counted.totals, ...world.unreadable.count() },
      }
    },

    /** Forgets everyone and everything but the root key, and cuts all connections. */
    async reset(): Promise<void> {
      world.faults.reset()
      for (const connection of world.live.all()) connection.cut()
      forgetParked(world.parked)
      forgetStandings(world.standings)
      world.sightings.forget()
      world.calls.clear()
      for (const directory of [world.people, world.companions, world.groups, world.channels, world.phones])
        directory.forget()
      world.store.clear()
      world.cdn.clear()
      keepCertificates(world.store, world.certificates)
      world.stats.reset()
      await world.store.durable()
    },
  }
}

const viewOf = (group: Group): GroupView => ({
  id: group.id,
  subject: group.subject,
  creator: `+${group.creator.number}`,
  participants: group.members.map(({ number, role }) => ({ number: `+${number}`, role })),
})

function parseSend(request: z.input<typeof Send>): z.output<typeof Send> {
  const { data, error } = Send.safeParse(request)
  if (data) return data
  const [issue] = error.issues
  throw new SandboxError('REQUEST_INVALID', `${issue?.path.join('.')}: ${issue?.message}`)
}
