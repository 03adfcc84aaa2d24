/**
 * JSON Schema out of zod, for OpenAPI 3.1, which speaks the same dialect. A schema with an id becomes a component and
 * is referred to; one that looks different as a caller writes it and as we answer it becomes two. What zod adds for
 * its own exactness and no reader needs is left out.
 */
import * as z from 'zod'

export type JsonSchema = {
  [key: string]: unknown
  properties?: Record<string, JsonSchema>
  required?: string[]
}

export type Schemas = ReturnType<typeof openSchemas>

type Io = 'input' | 'output'

const SHARED = '#/components/schemas/'
/** Behind the name of a component as a caller writes it, until `finish` knows whether it needs a name of its own. */
const TAKEN = '~taken'

export function openSchemas() {
  /** By name, as JSON. */
  const components = new Map<string, string>()

  const nameOf = (id: string, io: Io) => (io === 'input' ? `${id}${TAKEN}` : id)
  const relinked = (schema: JsonSchema, io: Io): string =>
    JSON.stringify(schema).replace(/"#\/\$defs\/([^"]+)"/g, (_, id: string) => `"${SHARED}${nameOf(id, io)}"`)

  /** @throws Error when two schemas that differ have one name */
  const share = (name: string, { id: _, ...definition }: JsonSchema, io: Io): void => {
    const text = relinked(definition, io)
    if ((components.get(name) ?? text) !== text) throw new Error(`two different schemas are called ${name}`)
    components.set(name, text)
  }

  const convert = (schema: z.ZodType, io: Io): JsonSchema => {
    const converted = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema, io),
    })
    const { $schema, $defs = {}, ...root } = converted as JsonSchema & { $defs?: Record<string, JsonSchema> }
    for (const [id, definition] of Object.entries($defs)) share(nameOf(id, io), definition, io)
    if (typeof root.id !== 'string') return JSON.parse(relinked(root, io)) as JsonSchema
    share(nameOf(root.id, io), root, io)
    return { $ref: `${SHARED}${nameOf(root.id, io)}` }
  }

  /** Whether a component is the same written and answered, with everything that it refers to. */
  const isOne = (id: string): boolean => {
    const taken = components.get(nameOf(id, 'input'))
    const given = components.get(nameOf(id, 'output'))
    if (taken === undefined || given === undefined) return true
    const referred = [...taken.matchAll(new RegExp(`${SHARED}([^"]+)${TAKEN}"`, 'g'))].map(
      ([, name = '']) => name,
    )
    return taken.replaceAll(TAKEN, '') === given && referred.every((name) => name === id || isOne(name))
  }

  return {
    /** As a caller writes it: what has a default may be left out. */
    taken: (schema: z.ZodType) => convert(schema, 'input'),
    /** As we answer it. */
    given: (schema: z.ZodType) => convert(schema, 'output'),
    /** The document with all components in it, under their final names. */
    finish<T extends { components: object }>(document: T): T {
      const schemas = Object.fromEntries([...components].map(([name, text]) => [name, JSON.parse(text)]))
      const text = JSON.stringify({ ...document, components: { ...document.components, schemas } })
      return JSON.parse(
        text.replace(/(\w+)~taken"/g, (_, id: string) => `${id}${isOne(id) ? '' : 'Input'}"`),
      ) as T
    },
  }
}

function tidy(schema: JsonSchema, io: Io): void {
  if (schema.format === 'date-time' || schema.format === 'uri') delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  // Answers may get more fields later; only what we are sent is closed.
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
}
