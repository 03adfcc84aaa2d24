/** The messages whose cost is counted: one at a time, and many at once, out and in, each followed to its end. */
import { findAll, findOutgoing } from '#core/message.ts'
import { type Line, linkLine } from '../../support/line.ts'
import { until } from '../../support/until.ts'
import { textOf } from '../lines/load.ts'
import { inTurn, upTo } from './in-turn.ts'
import type { Cost, Metered } from './metered.ts'
import { numbersFrom } from './pair.ts'

export type Costs = Record<'idle' | 'outAlone' | 'inAlone' | 'outLoad' | 'inLoad', Cost>

const LINES = numbersFrom(491750000000, 5)
const FRIENDS = numbersFrom(491760000000, 20)
const AT_ONCE = 60
/** A message is alone when the former one has left nothing behind. */
const ALONE_MS = 700

/** @param amounts ms of idleness, how many messages of each kind, and whether conversations are made of them */
export async function countCosts(
  metered: Metered,
  amounts: { idleMs: number; alone: number; load: number; conversations: boolean },
  progress: (text: string) => void = () => undefined,
): Promise<Costs> {
  const lines: Line[] = []
  for (const number of LINES)
    lines.push(await linkLine(metered.stack, `+${number}`, { conversations: amounts.conversations }))
  const { out, incoming } = conversations(metered)
  /** Each friend has one line to talk with. */
  const pair = (n: number): [Line, string] => [lines[n % LINES.length]!, FRIENDS[n % FRIENDS.length]!]

  progress('opening conversations')
  await inTurn(upTo(FRIENDS.length), 4, async (n) => {
    await out.arrived(await out.begin(...pair(n), textOf(n)))
    await incoming.arrived(await incoming.begin(...pair(n), textOf(n)))
  })

  const alone = async (way: Way) => {
    for (const n of upTo(amounts.alone)) {
      await way.arrived(await way.begin(...pair(0), textOf(n)))
      await metered.quiet(ALONE_MS)
    }
  }
  const load = async (way: Way) => {
    const begun: Begun[] = []
    await inTurn(upTo(amounts.load), AT_ONCE, async (n) => {
      begun.push(await way.begin(...pair(n), textOf(n)))
    })
    await inTurn(begun, 4, way.arrived)
  }
  progress('nothing happens')
  const idle = await metered.idle(amounts.idleMs)
  progress('one message at a time')
  const outAlone = await metered.cost(amounts.alone, () => alone(out))
  const inAlone = await metered.cost(amounts.alone, () => alone(incoming))
  progress('many messages at once')
  const outLoad = await metered.cost(amounts.load, () => load(out))
  const inLoad = await metered.cost(amounts.load, () => load(incoming))
  return { idle, outAlone, inAlone, outLoad, inLoad }
}

type Begun = { line: Line; id: string }
type Way = {
  begin(line: Line, friend: string, text: string): Promise<Begun>
  /** Out: the ledger says delivered. In: it stands in the log and in the chat, which are written together. */
  arrived(begun: Begun): Promise<unknown>
}

function conversations({ stack, store }: Metered): { out: Way; incoming: Way } {
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
    incoming: {
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
