/**
 * The form of stored items. Every item carries the version that wrote it, and items of before there was one are of the
 * first. Fields may come and go without a new version, because readers leave out what they do not know and have defaults
 * for what is new; a version rises only when an old reader would misread a new item. Then a deployment that can read
 * both goes first and one that writes the new form second, so that old and new run side by side (docs/deploy.md).
 */
export const ITEM_VERSION = 1

type Expression = {
  UpdateExpression?: string | undefined
  names?: Record<string, string> | undefined
  values?: Record<string, unknown> | undefined
}

/** Something newer wrote this item, and reading it would be guessing. Nothing is changed. */
export class NewerItem extends Error {
  override readonly name = 'NewerItem'
  constructor(version: number) {
    super(
      `An item of version ${version} was met; this process reads up to ${ITEM_VERSION}. Deploy the newer one.`,
    )
  }
}

/** The item as it is. @throws NewerItem */
export function readable<Item extends Record<string, unknown>>(item: Item): Item {
  if (typeof item.v === 'number' && item.v > ITEM_VERSION) throw new NewerItem(item.v)
  return item
}

export const stamped = <Item extends Record<string, unknown>>(item: Item) => ({ v: ITEM_VERSION, ...item })

/** An update may be what creates an item; one that is there keeps its version. */
export function stampedUpdate<Set extends Expression>(set: Set): Set & Required<Expression> {
  const { names, values, UpdateExpression = '' } = set
  const stamp = '#itemVersion = if_not_exists(#itemVersion, :itemVersion)'
  return {
    ...set,
    UpdateExpression: withFirst(stamp, UpdateExpression),
    names: { ...names, '#itemVersion': 'v' },
    values: { ...values, ':itemVersion': ITEM_VERSION },
  }
}

/** Nearly all begin with what they set; the others are searched for it. */
function withFirst(assignment: string, expression: string): string {
  if (expression.startsWith('SET ')) return `SET ${assignment},${expression.slice(3)}`
  return /\bSET\b/.test(expression)
    ? expression.replace(/\bSET\b/, `SET ${assignment},`)
    : `SET ${assignment} ${expression}`
}
