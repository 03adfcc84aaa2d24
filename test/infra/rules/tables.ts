/** The tables are those that core declares, no more, no less, no different; and what is in them cannot get lost. */
import { TABLES, type TableName, type TableSpec } from '#core/tables.ts'
import type { Inputs } from '../evaluate/evaluation.ts'
import type { Rule } from './view.ts'

type Index = { name: string; hashKey: string; rangeKey: string; projectionType: string }

const title = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}Table`

export const tablesAsDeclared: Rule = ({ tables }) => {
  const declared = Object.entries(TABLES) as [TableName, TableSpec][]
  const names = declared.map(([name]) => title(name))
  return [
    ...tables.flatMap(({ name }) =>
      names.includes(name) ? [] : [`${name} is not declared in core/tables.ts`],
    ),
    ...declared.flatMap(([name, spec]) => {
      const table = tables.find((one) => one.name === title(name))
      if (!table) return [`${name} is declared in core/tables.ts and not created`]
      // One that was restored from a backup is only referred to.
      return table.existing ? [] : differences(name, spec, table.inputs)
    }),
  ]
}

function differences(name: TableName, spec: TableSpec, inputs: Inputs): string[] {
  const indexes = (inputs.globalSecondaryIndexes ?? []) as Index[]
  const shape = {
    keys: [inputs.hashKey, inputs.rangeKey],
    ttl: (inputs.ttl as { attributeName?: string; enabled?: boolean } | null)?.attributeName,
    indexes: indexes.map((index) => [index.name, index.hashKey, index.rangeKey, index.projectionType]).sort(),
    attributes: (inputs.attributes as { name: string; type: string }[])
      .map((one) => `${one.name}:${one.type}`)
      .sort(),
  }
  const wanted = {
    keys: ['pk', 'sk'],
    ttl: spec.ttl,
    indexes: spec.indexes.map((index) => [index.name, index.pk, index.sk, 'ALL']).sort(),
    attributes: ['pk', 'sk', ...spec.indexes.flatMap(({ pk, sk }) => [pk, sk])]
      .map((key) => `${key}:S`)
      .sort(),
  }
  return (Object.keys(wanted) as (keyof typeof wanted)[]).flatMap((part) =>
    JSON.stringify(shape[part]) === JSON.stringify(wanted[part])
      ? []
      : [`${name}: ${part} are ${JSON.stringify(shape[part])}, declared are ${JSON.stringify(wanted[part])}`],
  )
}

export const tablesKeepData: Rule = ({ tables, isProduction }) =>
  tables
    .filter(({ existing }) => !existing)
    .flatMap(({ name, inputs, options }) => [
      ...((inputs.pointInTimeRecovery as { enabled?: boolean } | undefined)?.enabled
        ? []
        : [`${name} cannot be put back to an earlier point in time`]),
      ...(inputs.billingMode === 'PAY_PER_REQUEST' ? [] : [`${name} has a capacity that must be guessed`]),
      ...(isProduction && !inputs.deletionProtectionEnabled ? [`${name} can be deleted in production`] : []),
      ...(isProduction && !options.retain ? [`${name} goes with its stack in production`] : []),
    ])
