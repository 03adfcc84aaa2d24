/** Everything that goes through one session, put together: messages out and in, their files, and requests. */
import type { Outcome } from '#core/contract/request.ts'
import type { Receiver } from '../media/receiving.ts'
import { Restriction } from '../rules/restriction.ts'
import { rulesOf } from '../rules/rules.ts'
import type { Connection, Device, DeviceOptions } from '../socket/index.ts'
import { answering, type Request } from './answers.ts'
import { contexts } from './context.ts'
import type { Display } from './display.ts'
import { groupNames } from './group-names.ts'
import { historian } from './history.ts'
import { inbox } from './inbox.ts'
import { joinChats } from './joining.ts'
import { Manners } from './manners.ts'
import { Outbox } from './outbox.ts'
import type { SessionParts } from './parts.ts'

export type Traffic = {
  outbox: Outbox
  /** What the device is opened with. */
  hooks: Pick<DeviceOptions, 'deliver' | 'lookup' | 'rules' | 'log' | 'onHistory'>
  answer(request: Request): Promise<void>
  /** The session is connected: what was left undone is gone on with. */
  resume(): void
  /** The settings may have changed. */
  follow(): void
  /** To be called about every second. */
  tick(): void
  /** The account has left the session. */
  forget(): void
}

export function openTraffic(
  parts: SessionParts,
  current: {
    device(): Device | undefined
    connection(): Connection | undefined
    /** Where it is shown what WhatsApp keeps the account from, and how far the history is taken over. */
    display(): Pick<Display, 'restricted' | 'history'>
    /** Packs the device up, when the session is at rest. */
    takeOut(): Promise<Outcome>
  },
): Traffic {
  const opened = () => {
    const connection = current.connection()
    return connection?.state === 'open' ? connection : undefined
  }
  const outbox = new Outbox({ ...parts, opened, device: current.device })
  const receiver: Receiver = { ...parts, opened }
  const manners = new Manners({
    ...parts,
    opened,
    async write(messageId, to, text) {
      const accepted = await parts.accept(parts.session(), messageId, to, text)
      const device = current.device()
      if (!accepted || !device) return
      const { timestamp: acceptedAt } = accepted
      const content = { type: 'text', text }
      await outbox.take(device, [{ messageId, to, content, acceptedAt, isRepeat: false }])
    },
  })
  const restriction = new Restriction(parts.session().state.restriction, {
    ...parts,
    changed: (restricted) => current.display().restricted(restricted),
  })
  const nameGroups = groupNames({ ...parts, opened })
  const rules = rulesOf({ ...parts, settings: () => parts.session().settings, restriction })
  const context = contexts({ ...parts, device: current.device })
  const history = historian({
    ...parts,
    opened,
    device: current.device,
    context,
    shown: (state) => current.display().history(state),
  })
  const { now, log, answered, contentOf, keys, downloads } = parts
  const answer = answering({
    now,
    log,
    contentOf,
    takeOut: current.takeOut,
    cancel: (messageId) => outbox.cancel(messageId),
    tell: answered,
    async fileOf(messageId) {
      const message = await parts.seek(messageId)
      return message && downloads.obtain(receiver, message)
    },
  })
  return {
    outbox,
    hooks: {
      deliver: inbox({
        ...parts,
        outbox,
        receiver,
        context,
        react(events) {
          manners.react(events)
          nameGroups(events)
        },
      }),
      lookup: keys.encoded,
      rules,
      log,
      onHistory: history.wake,
    },
    answer: (request) => answer(current.connection(), request),
    resume() {
      outbox.resume()
      downloads.resume(receiver)
      joinChats(parts)
      manners.opened()
      history.wake()
    },
    follow: () => manners.follow(),
    tick() {
      const [device, connection] = [current.device(), opened()]
      if (connection) restriction.tick(() => connection.standing())
      if (device) outbox.tick(device)
      history.wake()
    },
    forget: () => restriction.forget(),
  }
}
