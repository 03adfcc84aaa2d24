/** A sandbox on a free port with the clients of one test; at the end nothing may be left unknown or have gone wrong. */
import { expect } from 'vitest'
import { type Sandbox, type SandboxOptions, sandbox } from '../index.ts'
import { Client, type Memory } from './client.ts'

export const ALICE = '+15550000001'
export const BOB = '+15550000002'
export const CAROL = '+15550000003'
export const jidOf = (number: string): string => `${number.slice(1)}@s.whatsapp.net`

export type Stage = AsyncDisposable & {
  box: Sandbox
  control: Sandbox['control']
  /** A linked client of this number. */
  link(number: string, config?: ConstructorParameters<typeof Client>[2]): Promise<Client>
  /** A client that has not connected yet. */
  client(memory?: Memory, config?: ConstructorParameters<typeof Client>[2]): Client
  /** What the test makes go wrong on purpose is not held against it. */
  expectProblems(): void
}

/** Deliveries are reported after 150 ms, because Baileys swallows statuses within the first 100 ms. */
export async function stage(options: SandboxOptions = {}): Promise<Stage> {
  const box = await sandbox({ receiptDelayMs: 150, ...options })
  const clients: Client[] = []
  let problemsAreFine = false
  const client: Stage['client'] = (memory, config) => {
    const created = new Client(box, memory, config)
    clients.push(created)
    return created
  }
  return {
    box,
    control: box.control,
    client,
    link: (number, config) => client(undefined, config).link(box.control, number),
    expectProblems: () => {
      problemsAreFine = true
    },
    async [Symbol.asyncDispose]() {
      const { unknownQueries, problems } = await box.control.stats()
      for (const each of clients) await each.stop()
      await box.close()
      expect(unknownQueries).toEqual({})
      if (!problemsAreFine) expect(problems).toEqual([])
    },
  }
}
