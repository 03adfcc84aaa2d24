/** What a message costs the connector process when it goes all the way: command in, socket, events out. */
import { linkLine } from '../../support/line.ts'
import { stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { textOf } from '../lines/load.ts'
import { inTurn, upTo } from './in-turn.ts'
import { median } from './statistics.ts'
import { cpuMs } from './usage.ts'

const LINE = '+491770000001'
const FRIEND = '+491770000002'
const AT_ONCE = 20

/** Processor time of the connector per message, in ms: from the request until the phone's report of the delivery is dealt with. */
export async function wholeConnectorCpu(turns: number, messages: number): Promise<number> {
  await using its = await stack()
  const line = await linkLine(its, LINE, { conversations: false })
  const send = async (n: number) => {
    const { status } = await its.api('/api/messages', {
      json: { sessionId: line.sessionId, to: FRIEND, text: textOf(n) },
    })
    if (status !== 202) throw new Error(`the API answered ${status}`)
  }
  const arrived = async () => {
    const { body } = await its.sandbox<{ totals: { messagesIn: number } }>('/stats')
    return body.totals.messagesIn
  }
  const nothingOwed = async () => {
    const { body } = await its.sandbox<{ undelivered: Record<string, number> }>('/stats')
    return Object.values(body.undelivered).every((count) => count === 0)
  }
  const costs: number[] = []
  for (let turn = 0; turn <= turns; turn++) {
    const before = await arrived()
    const began = cpuMs(its.pids['connector-1']!)
    await inTurn(upTo(messages), AT_ONCE, send)
    const withinMs = 120_000
    await until('all arrive', async () => (await arrived()) >= before + messages, { withinMs })
    await until('all receipts are through', nothingOwed, { withinMs })
    // The first turn warms up.
    if (turn > 0) costs.push((cpuMs(its.pids['connector-1']!) - began) / messages)
  }
  return median(costs)
}
