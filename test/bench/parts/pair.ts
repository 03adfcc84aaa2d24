/**
 * Raw Baileys and ours, each in a process of its own, against one sandbox in a third: the set-up of every comparison
 * of throughput and of processor time. Both send to and hear from people with the same names and the same habits.
 */
import type { LinesHost } from '../hosts/lines.ts'
import type { SandboxHost } from '../hosts/sandbox.ts'
import { type Child, startHost } from './child.ts'
import type { Remote } from './remote.ts'

export type Kind = 'raw' | 'ours'
export type Party = { lines: Remote<LinesHost>; contacts: string[] }
export type Pair = Record<Kind, Party> & {
  sandbox: Remote<SandboxHost>
  /** How many messages the phones of this party's contacts could not read, or only after asking again. */
  unreadable(kind: Kind): Promise<{ undecryptable: number; retries: number }>
} & AsyncDisposable

/** Linking is mostly computation, and there are two processors. */
const LINK_AT_ONCE = 4
const FIRST: Record<Kind, { line: number; contact: number }> = {
  raw: { line: 491700000000, contact: 491600000000 },
  ours: { line: 491710000000, contact: 491610000000 },
}

/** Lines that have written to each of their contacts and were answered, on stores without a delay. */
export async function openPair(options: {
  lines: number
  contacts: number
  flags?: readonly string[]
}): Promise<Pair> {
  await using stack = new AsyncDisposableStack()
  const sandbox = stack.use(await startHost<SandboxHost>('test/bench/hosts/sandbox.ts'))
  const open = async (kind: Kind): Promise<Party> => {
    const host: Child & { call: Remote<LinesHost> } = stack.use(
      await startHost<LinesHost>(`test/bench/hosts/${kind}.ts`, { flags: options.flags ?? [] }),
    )
    const numbers = numbersFrom(FIRST[kind].line, options.lines)
    const contacts = numbersFrom(FIRST[kind].contact, options.contacts)
    const server = await sandbox.call.server()
    await host.call.open({ server, sandbox: String(sandbox.ready.url), numbers, atOnce: LINK_AT_ONCE })
    await host.call.greet({ contacts })
    return { lines: host.call, contacts }
  }
  const raw = await open('raw')
  const ours = await open('ours')
  const owned = stack.move()
  return {
    raw,
    ours,
    sandbox: sandbox.call,
    unreadable: (kind) => sandbox.call.unreadable({ numbers: { raw, ours }[kind].contacts }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export const numbersFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(first + index))
