/**
 * The device store in DynamoDB. Every commit is one transaction with the head in it: its condition (who opened
 * the device last, and which commit came before this one) is the fence, keeps commits in order, and lets a delayed
 * copy of an old request do no harm. Throttling, conflicts and time-outs come out as they are: repeat the commit.
 */
import type { Dynamo } from '#core/platform/aws/dynamodb.ts'
import { isAwsError } from '#core/platform/aws/service.ts'
import * as Items from './items.ts'
import { portions } from './renew.ts'
import type { Seal } from './seal.ts'
import { type DeviceStore, Fenced, type Group, type Opened, type RowKey } from './store.ts'
import { deviceTable, expression, type Measured, type Write } from './table.ts'

/** DynamoDB's own bound on one transaction; the head takes one of them. */
const MAX_ROWS = 100 - 1
/** Of 4 MB. */
const MAX_BYTES = 3_000_000
const limits = { items: MAX_ROWS, bytes: MAX_BYTES }

export type DynamoDeviceOptions = {
  dynamo: Dynamo
  /** A table with `pk` and `sk` as strings. */
  table?: string
  /** The session id: the partition of this device. */
  session: string
  seal: Seal
  timeoutMs?: number
  meter?: (call: Measured) => void
}

export function dynamoDevice(options: DynamoDeviceOptions): DeviceStore {
  const { dynamo, table: name = 'devices', session, seal, timeoutMs = 10_000, meter } = options
  const table = deviceTable({ dynamo, table: name, timeoutMs, meter })
  const place: Items.Place = { TableName: name, pk: session, seal }
  const headKey = Items.key(place, Items.HEAD)
  /** Only rows that were cut are in here. */
  const parts = new Map<RowKey, number>()
  /** Which opening of the device this is: the fence. */
  let opens = 0
  /** How many commits were made since. */
  let seq = 0
  let topPreKey = 0
  /** A commit with an unknown outcome, ready to be repeated as it was. */
  let inDoubt: { group: Group; writes: Write[]; topPreKey: number } | undefined

  const head = async () => {
    const item = await table.get(headKey)
    const now = { opens: Number(item?.opens ?? 0), seq: Number(item?.seq ?? 0) }
    if (now.opens !== opens)
      throw new Fenced(`Another connector has opened the device of session ${session}.`)
    return now
  }

  /** One fenced transaction. It also succeeds when an earlier attempt of it had arrived unnoticed. */
  const fenced = async (writes: Write[], set: string, values: Record<string, string | number>) => {
    const next = { ...values, ':seq': seq + 1, ':before': seq, ':opens': opens }
    const update = expression(`SET #seq = :seq, ${set}`, '#opens = :opens AND #seq = :before', next)
    try {
      await table.transact([...writes, { Update: { TableName: name, Key: headKey, ...update } }])
    } catch (error) {
      if (!headConditionFailed(error)) throw error
      if ((await head()).seq !== seq + 1) throw error
    }
    seq++
  }

  const eraseAll = async () => {
    const found = [
      ...(await table.query(session, Items.ROWS, true)),
      ...(await table.query(session, Items.BLOCKS, true)),
    ]
    for (let from = 0; from < found.length; from += MAX_ROWS) {
      const keys = found.slice(from, from + MAX_ROWS).map(Items.skOf)
      const deletes = keys.map((sk) => ({ Delete: { TableName: name, Key: Items.key(place, sk) } }))
      await fenced(deletes, '#erasing = :yes', { ':yes': 1 })
    }
    await fenced([], '#topPreKey = :none REMOVE #erasing, #sealedBy', { ':none': 0 })
    parts.clear()
    topPreKey = 0
  }

  const allPreKeys = async () => Items.readBlocks(place, await table.query(session, Items.BLOCKS))

  /** Interrupted, it is begun again by the next `open`; what was sealed anew by then opens as well. */
  const sealAnew = async (rows: Opened['rows']) => {
    for (const portion of portions(rows, await allPreKeys(), limits))
      await fenced(Items.writes(place, portion, parts), '#topPreKey = :top', { ':top': topPreKey })
    await fenced([], '#sealedBy = :name', { ':name': seal.name })
  }

  return {
    limits,
    weigh: Items.weigh,

    async open(leaseEpoch): Promise<Opened> {
      const update = expression(
        'SET #lease = :lease, #seq = :zero, #v = :v ADD #opens :one',
        '(attribute_not_exists(#lease) OR #lease <= :lease) AND (attribute_not_exists(#v) OR #v <= :v)',
        { ':lease': leaseEpoch, ':zero': 0, ':one': 1, ':v': Items.VERSION },
      )
      const opening = { TableName: name, Key: headKey, ...update, ReturnValues: 'ALL_NEW' as const }
      const { Attributes } = await dynamo
        .call('UpdateItem', opening, table.limit())
        .catch((error: unknown) => {
          if (!isAwsError(error, 'ConditionalCheckFailedException')) throw error
          throw new Fenced(`A connector with a newer lease, or of a newer release, owns session ${session}.`)
        })
      opens = Number(Attributes?.opens)
      topPreKey = Number(Attributes?.topPreKey ?? 0)
      seq = 0
      inDoubt = undefined
      parts.clear()
      if (Attributes?.erasing) await eraseAll()
      const rows = Items.readRows(place, await table.query(session, Items.ROWS), parts)
      if (seal.hasFormer && Attributes?.sealedBy !== seal.name) await sealAnew(rows)
      return { rows, mark: String(Attributes?.mark ?? ''), topPreKey }
    },

    async preKeys(ids) {
      const keys = [...new Set(ids.map(Items.blockOf))].map((sk) => Items.key(place, sk))
      const blocks = new Map((await table.getAll(keys)).map((item) => [Items.skOf(item), item]))
      const found = new Map<number, Uint8Array>()
      for (const id of ids) {
        const block = blocks.get(Items.blockOf(id))
        const secret = block && Items.readPreKey(place, block, id)
        if (secret) found.set(id, secret)
      }
      return found
    },

    allPreKeys,

    async commit(group) {
      if (inDoubt && inDoubt.group !== group) throw new Error('the commit that failed last comes first')
      inDoubt ??= {
        group,
        writes: Items.writes(place, group, parts),
        topPreKey: [...group.preKeys].reduce(
          (top, [id, secret]) => (secret ? Math.max(top, id) : top),
          topPreKey,
        ),
      }
      const values = { ':mark': group.mark, ':top': inDoubt.topPreKey }
      await fenced(inDoubt.writes, '#mark = :mark, #topPreKey = :top', values)
      topPreKey = inDoubt.topPreKey
      inDoubt = undefined
    },

    async erase() {
      inDoubt = undefined
      seq = (await head()).seq
      await fenced([], '#erasing = :yes', { ':yes': 1 })
      await eraseAll()
    },
  }
}

const headConditionFailed = (error: unknown) =>
  isAwsError(error, 'TransactionCanceledException') && error.reasons.at(-1) === 'ConditionalCheckFailed'
