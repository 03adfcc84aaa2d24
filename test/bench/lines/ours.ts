/** A line of ours: a device with its durability gate, over a store in memory that takes as long as it is told to. */
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { logger } from '#core/platform/log.ts'
import { textMessage } from '../../../connector/convert/index.ts'
import { openDevice, type Row } from '../../../connector/socket/index.ts'
import { scan } from '../parts/phones.ts'
import type { Line, LineOptions } from './line.ts'

const log = logger('silent')

export async function ourLine({ number, server, latency, saved }: LineOptions): Promise<Line> {
  if (saved !== undefined) throw new Error('a line of ours is kept in a database, not in a file')
  const device = await openDevice({
    store: memoryDevice({ disk: memoryDisk(), latency }),
    epoch: 1,
    deliver: async (rows) => rows.forEach(take),
    lookup: async () => undefined,
    log,
  })
  const opened = Promise.withResolvers<void>()
  const line: Line = {
    number,
    received: 0,
    acked: 0,
    get commits() {
      return device.stats.commits
    },
    onAck: () => undefined,
    onReceived: () => undefined,
    send: (id, to, text) => device.accept({ id, to, message: textMessage(text) }),
    save: () => {
      throw new Error('not for lines of ours')
    },
    close: () => device.close(),
  }
  connect()
  await opened.promise
  return line

  function take(row: Row): void {
    if (row.kind === 'ack') {
      line.acked += 1
      line.onAck(row.messageId)
    }
    if (row.kind === 'message' && row.stanza.category !== 'peer') {
      line.received += 1
      line.onReceived()
    }
  }

  function connect(): void {
    device.connect(
      { mode: 'sandbox', url: server.url, rootKey: server.rootKey },
      {
        qr: (text) => scan(server.control, number, text).catch(opened.reject),
        linked: () => undefined,
        open: () => opened.resolve(),
        closed: ({ name, text }) => {
          if (name === 'restart') connect()
          else opened.reject(new Error(`${name}: ${text}`))
        },
      },
    )
  }
}
