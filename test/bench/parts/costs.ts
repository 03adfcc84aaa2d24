/** The messages whose cost is counted: one at a time, and many at once, out and in, each followed to its end. */
import { findAll, findOutgoing } from '#core/message.ts'
import { type Line, linkLine } from '../../support/line.ts'
import { until } from '../../support/until.ts'
import { textOf } from '../lines/load.ts'
import { inTurn, upTo } from './in-turn.ts'
import type { Cost, Metered } from './metered.ts'
import { numbersFrom } from './pair.ts'

export const KINDS = ['alone', 'busy', 'spread', 'told alone', 'told busy'] as const
/**
 * `alone`: one message at a time. `busy`: many at once, of one session. `spread`: many at once, of five. `told`: of a
 * session that makes conversations of its messages; the others do not.
 */
export type Kind = (typeof KINDS)[number]
export type Costs = { idle: Cost; kinds: Partial<Record<Kind, { out: Cost; in: Cost }>> }

const LINES = numbersFrom(491750000000, 5)
const TOLD = '491750000009'
const FRIENDS = numbersFrom(491760000000, 20)
const AT_ONCE = 60
/** A message is alone when the former one has left nothing behind. */
const ALONE_MS = 700

/** @param amounts ms of idleness, and how many messages in each direction */
export async function countCosts(
  metered: Metered,
  kinds: readonly Kind[],
  amounts: { idleMs: number; alone: number; load: number },
  progress: (text: string) => void = () => undefined,
): Promise<Costs> {
  const link = (number: string, conversations: boolean) =>
    linkLine(metered.stack, `+${number}`, { conversations })
  const lines: Line[] = []
  for (const number of LINES) lines.push(await link(number, false))
  const told = await link(TOLD, true)
  const ways = conversations(metered)

  const linesOf = (kind: Kind) =>
    kind.startsWith('told') ? [told] : kind === 'spread' ? lines : lines.slice(0, 1)
  const send = async (way: Way, kind: Kind) => {
    const from = linesOf(kind)
    const begin = (n: number) => way.begin(from[n % from.length]!, FRIENDS[n % FRIENDS.length]!, textOf(n))
    if (kind.endsWith('alone')) {
      for (const n of upTo(amounts.alone)) {
        await way.arrived(await begin(n))
        await metered.quiet(ALONE_MS)
      }
      return amounts.alone
    }
    const begun: Begun[] = []
    await inTurn(upTo(amounts.load), AT_ONCE, async (n) => {
      begun.push(await begin(n))
    })
    await inTurn(begun, 4, way.arrived)
    return amounts.load
  }

  progress('opening conversations')
  for (const line of [...lines, told])
    await inTurn(FRIENDS, 4, async (friend) => {
      await ways.out.arrived(await ways.out.begin(line, friend, 'hello'))
      await ways.in.arrived(await ways.in.begin(line, friend, 'hello'))
    })
  progress('nothing happens')
  const costs: Costs = { idle: await metered.idle(amounts.idleMs), kinds: {} }
  for (const kind of kinds) {
    progress(`messages: ${kind}`)
    costs.kinds[kind] = {
      out: await metered.cost(() => send(ways.out, kind)),
      in: await metered.cost(() => send(ways.in, kind)),
    }
  }
  return costs
}

type Begun = { line: Line; id: string }
type Way = {
  begin(line: Line, friend: string, text: string): Promise<Begun>
  /** Out: the ledger says delivered. In: it stands in the log and in the chat, which are written together. */
  arrived(begun: Begun): Promise<unknown>
}

function conversations({ stack, store }: Metered): { out: Way; in: Way } {
  const wait = { withinMs: 60_000, everyMs: 20 }
  return {
    out: {
      async begin(line, friend, text) {
        const { status, body } = await stack.api<{ message: { id: string } }>('/api/messages', {
          json: { sessionId: line.sessionId, to: `+${friend}`, text },
        })
        if (status !== 202) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`)
        return { line, id: body.message.id }
      },
      arrived: ({ line, id }) =>
        until(
          `${id} is delivered`,
          async () => (await findOutgoing(store, line.sessionId, id))?.times.delivered !== undefined,
          wait,
        ),
    },
    in: {
      async begin(line, friend, text) {
        const { body } = await stack.sandbox<{ id: string }>(`/phones/${friend}/send`, {
          json: { to: line.number, text },
        })
        return { line, id: body.id }
      },
      arrived: ({ id }) => until(`${id} is stored`, async () => (await findAll(store, id)).length > 0, wait),
    },
  }
}
