/**
 * Writes DynamoDB update expressions. Paths are given as they read (`state.qr`); every name and value gets a
 * placeholder, so no attribute collides with a reserved word, and none is declared that is not used.
 */
import type { Expression } from './dynamo.ts'

export type Update = ReturnType<typeof updating>

export function updating() {
  const names = new Map<string, string>()
  const values: Record<string, unknown> = {}
  const clauses = { SET: [] as string[], ADD: [] as string[], REMOVE: [] as string[] }
  const conditions: string[] = []

  const name = (path: string): string =>
    path
      .split('.')
      .map((part) => {
        if (!names.has(part)) names.set(part, `#n${names.size}`)
        return names.get(part)
      })
      .join('.')
  const value = (content: unknown): string => {
    const placeholder = `:v${Object.keys(values).length}`
    values[placeholder] = content
    return placeholder
  }

  const update = {
    name,
    value,
    set(path: string, content: unknown) {
      clauses.SET.push(`${name(path)} = ${value(content)}`)
      return update
    },
    /** Leaves alone what is there already. */
    setOnce(path: string, content: unknown) {
      clauses.SET.push(`${name(path)} = if_not_exists(${name(path)}, ${value(content)})`)
      return update
    },
    /** Absent counts as zero. */
    add(path: string, amount: number) {
      clauses.ADD.push(`${name(path)} ${value(amount)}`)
      return update
    },
    remove(...paths: string[]) {
      clauses.REMOVE.push(...paths.map(name))
      return update
    },
    /** Undefined removes it. */
    setOrRemove(path: string, content: unknown) {
      return content === undefined ? update.remove(path) : update.set(path, content)
    },
    /** All conditions have to hold; write them with `name` and `value`. */
    where(condition: string) {
      conditions.push(condition)
      return update
    },
    whereExists: (path: string) => update.where(`attribute_exists(${name(path)})`),
    whereAbsent: (path: string) => update.where(`attribute_not_exists(${name(path)})`),
    build(): Expression {
      return {
        UpdateExpression: Object.entries(clauses)
          .flatMap(([clause, parts]) => (parts.length > 0 ? [`${clause} ${parts.join(', ')}`] : []))
          .join(' '),
        ConditionExpression:
          conditions.length > 0 ? conditions.map((one) => `(${one})`).join(' AND ') : undefined,
        names: Object.fromEntries([...names].map(([attribute, placeholder]) => [placeholder, attribute])),
        values: Object.keys(values).length > 0 ? values : undefined,
      }
    },
  }
  return update
}
