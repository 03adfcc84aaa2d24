/**
 * What an evaluation of the stacks yields: every resource that a deployment would create, with its inputs, and every
 * function's code as it would be uploaded. It travels between processes as JSON, in which a secret is `{ $secret }`.
 */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
export type Inputs = { [key: string]: Value }

/** `retain`: it stays in AWS when it leaves the stack. `ignore`: changes of these do not lead to an update. */
export type Options = { protect: boolean; retain: boolean; ignore: string[] }
export type Resource = {
  type: string
  name: string
  inputs: Inputs
  options: Options
  /** The id of something that exists already and is only referred to. */
  existing?: string
}
export type Bundle = {
  /** `path/of/module.export`, as the stacks name it. */
  handler: string
  /** The folder that would be zipped, and the module in it. */
  folder: string
  module: string
  bytes: number
  /** Modules of ours that something of is left in it. */
  modules: string[]
  /** What it is linked to, by name. */
  links: string[]
}

export type Evaluation = {
  stage: string
  app: { name: string; home: string; removal: string; protect: boolean }
  resources: Resource[]
  bundles: Record<string, Bundle>
  outputs: Inputs
  /** Why it could not be finished: one text per error. */
  failures: string[]
}

/** Makes what Pulumi hands over readable: outputs have no value yet, secrets are wrapped under a mark of Pulumi's. */
export function readable(value: unknown): Value {
  if (Array.isArray(value)) return value.map(readable)
  if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    if (fields.__pulumiOutput) return '<known after deployment>'
    if (SECRET in fields) return { $secret: readable(fields.value) }
    return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, readable(field)]))
  }
  return value === undefined ? null : (value as Value)
}

const SECRET = '4dabf18193072939515e22adb298388d'
