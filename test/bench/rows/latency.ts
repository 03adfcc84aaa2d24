/**
 * How long a message takes on an idle system, from the moment the request for it leaves its caller until the
 * recipient's phone has it. Everything in between is real: HTTP, ledger, queue, connector, device state, socket.
 */
import { readRecord } from '../../../local/record.ts'
import { linkLine } from '../../support/line.ts'
import { type Stack, stack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import type { LinesHost } from '../hosts/lines.ts'
import { textOf } from '../lines/load.ts'
import { startHost } from '../parts/child.ts'
import { percentile } from '../parts/statistics.ts'
import { atMost, type Figure, type Row } from '../row.ts'

const MESSAGES = 200
const RAW_MESSAGES = 100
/** The first ones open sessions and warm the code up. */
const WARM_UP = 20
const [OURS, RAW, FRIEND, RAW_FRIEND] = ['+491740000001', '491740000002', '+491740000003', '491740000004']

type Sent = { id: string; at: number; acceptedMs: number }

export const latency: Row = {
  name: 'latency',
  title: 'One message on an idle system, from the request to the recipient’s phone',
  async run({ progress }) {
    await using its = await stack()
    const line = await linkLine(its, OURS)
    const ours = await oneByOne(its, FRIEND, MESSAGES, progress, async (text) => {
      const at = Date.now()
      const began = performance.now()
      const { status, body } = await its.api<{ message: { id: string } }>('/api/messages', {
        json: { sessionId: line.sessionId, to: FRIEND, text },
      })
      if (status !== 202) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`)
      return { id: body.message.id, at, acceptedMs: performance.now() - began }
    })
    progress('raw Baileys')
    const raw = await rawLatency(its)
    const figures: Figure[] = [
      { what: 'p50', unit: 'ms', ...at(0.5, ours, raw), goals: [atMost('ours', 60)] },
      { what: 'p99', unit: 'ms', ...at(0.99, ours, raw), goals: [atMost('ours', 150)] },
      {
        what: 'answer 202, p50',
        unit: 'ms',
        ours: percentile(
          ours.map(({ acceptedMs }) => acceptedMs),
          0.5,
        ),
      },
    ]
    return {
      figures,
      notes: [
        `${MESSAGES} messages (${RAW_MESSAGES} of raw Baileys), each after the former one was delivered, through \`npm start\` with the embedded database and queues. The clock of the sandbox says when the phone had the message (in whole ms).`,
        'Raw Baileys is sendMessage on keys in memory: no HTTP, no ledger, no queue, nothing durable.',
      ],
    }
  },
}

const at = (p: number, ours: Arrived[], raw: Arrived[]) => ({
  ours: percentile(
    ours.map(({ ms }) => ms),
    p,
  ),
  raw: percentile(
    raw.map(({ ms }) => ms),
    p,
  ),
})

type Arrived = { ms: number; acceptedMs: number }

async function oneByOne(
  its: Stack,
  friend: string,
  messages: number,
  progress: (text: string) => void,
  send: (text: string) => Promise<Sent>,
): Promise<Arrived[]> {
  const arrived: Arrived[] = []
  for (let n = 0; n < WARM_UP + messages; n++) {
    if (n % 50 === 0) progress(`message ${n} of ${WARM_UP + messages}`)
    const { id, at, acceptedMs } = await send(textOf(n))
    const timestamp = await until('it arrives', () => arrivalOf(its, friend, id, at), { everyMs: 20 })
    await until('its receipt is through', () => nothingOwed(its), { everyMs: 50 })
    if (n >= WARM_UP) arrived.push({ ms: timestamp - at, acceptedMs })
  }
  return arrived
}

async function arrivalOf(its: Stack, friend: string, id: string, since: number) {
  const after = encodeURIComponent(new Date(since - 1).toISOString())
  const { body } = await its.sandbox<{ messages: { id: string; timestamp: string }[] }>(
    `/phones/${friend}/inbox?after=${after}`,
  )
  const message = body.messages.find((one) => one.id === id)
  return message && Date.parse(message.timestamp)
}

/** The phone reports the delivery after a moment; then the line has nothing to do any more. */
async function nothingOwed(its: Stack): Promise<boolean> {
  const { body } = await its.sandbox<{ undelivered: Record<string, number> }>('/stats')
  return Object.values(body.undelivered).every((count) => count === 0)
}

async function rawLatency(its: Stack): Promise<Arrived[]> {
  await using host = await startHost<LinesHost>('test/bench/hosts/raw.ts')
  const environment = readRecord(its.dataDir)?.environment ?? {}
  const [url = '', rootKey = ''] = [environment.WHATSAPP_URL, environment.WHATSAPP_ROOT_KEY]
  await host.call.open({ server: { url, rootKey, control: its.sandboxOrigin }, numbers: [RAW], atOnce: 1 })
  await host.call.greet({ contacts: [RAW_FRIEND] })
  return await oneByOne(
    its,
    RAW_FRIEND,
    RAW_MESSAGES,
    () => undefined,
    async (text) => {
      const { id, at } = await host.call.sendOne({ to: RAW_FRIEND, text })
      return { id, at, acceptedMs: 0 }
    },
  )
}
