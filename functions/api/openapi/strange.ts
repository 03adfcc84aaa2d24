/**
 * What JSON can carry and nothing behind it can keep: halves of characters, which are no Unicode and which databases and
 * queues refuse, and a name that would be the prototype of an object. Looked for in every body, before anything else is.
 */
type Strange = { path: string; message: string }
type Place = [value: unknown, path: string]

/** Characters of a path that are told. */
const TOLD = 200

/** The first of it; undefined when all is well. However deep the value is, it takes no stack. */
export function strangeIn(value: unknown): Strange | undefined {
  const open: Place[] = [[value, '']]
  for (let place = open.pop(); place; place = open.pop()) {
    const [inner, path] = place
    if (typeof inner === 'string' && !inner.isWellFormed()) return broken(path)
    if (typeof inner !== 'object' || inner === null) continue
    for (const [name, item] of Object.entries(inner)) {
      if (name === '__proto__') return { path, message: 'must not have the name "__proto__"' }
      if (!name.isWellFormed()) return broken(path)
      if (typeof item === 'string' || typeof item === 'object') open.push([item, below(path, name)])
    }
  }
  return
}

const broken = (path: string): Strange => ({ path, message: 'must be well-formed Unicode' })
const below = (path: string, name: string): string => {
  if (path.length > TOLD) return path
  return path ? `${path}.${name}` : name
}
