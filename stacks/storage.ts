/**
 * The tables, exactly as core declares them: keys, indexes, expiry. Every change of the last 35 days can be undone
 * (point-in-time recovery); production's tables refuse to be deleted, and outlive even their own stack.
 */
import { TABLES, type TableName, type TableSpec } from '../core/tables.ts'
import type { Stage } from './stage.ts'

export type Tables = Record<TableName, sst.aws.Dynamo>

export function storage(stage: Stage): Tables {
  const tables = Object.entries(TABLES).map(([name, spec]) => [name, table(name as TableName, spec, stage)])
  return Object.fromEntries(tables)
}

function table(name: TableName, spec: TableSpec, { production, restored }: Stage): sst.aws.Dynamo {
  const component = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const backup = restored[name]
  if (backup) return sst.aws.Dynamo.get(component, backup)
  const keys = ['pk', 'sk', ...spec.indexes.flatMap(({ pk, sk }) => [pk, sk])]
  return new sst.aws.Dynamo(component, {
    fields: Object.fromEntries(keys.map((key) => [key, 'string' as const])),
    primaryIndex: { hashKey: 'pk', rangeKey: 'sk' },
    globalIndexes: Object.fromEntries(
      spec.indexes.map(({ name: index, pk, sk }) => [index, { hashKey: pk, rangeKey: sk }]),
    ),
    ...(spec.ttl ? { ttl: spec.ttl } : {}),
    deletionProtection: production,
  })
}
