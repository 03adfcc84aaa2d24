/** What is wrong with a proxy, as opposed to what lies behind it. Its sentence names no credentials. */

export type ProxyProblem = 'unreachable' | 'refused' | 'authentication'

export class ProxyFault extends Error {
  override readonly name = 'ProxyFault'
  readonly problem: ProxyProblem
  /** The proxy's own number, where it gave one. Not `code`: Baileys takes that for a text. */
  readonly reply: number | undefined
  constructor(problem: ProxyProblem, text: string, reply?: number, cause?: unknown) {
    super(text, { cause })
    this.problem = problem
    this.reply = reply
  }
}

/** Somewhere in the chain of causes, as whoever uses the connection wraps them. */
export function proxyFaultIn(error: unknown, depth = 5): ProxyFault | undefined {
  if (error instanceof ProxyFault || !(error instanceof Error) || depth === 0)
    return error instanceof ProxyFault ? error : undefined
  const { cause, data } = error as { cause?: unknown; data?: unknown }
  return proxyFaultIn(cause, depth - 1) ?? proxyFaultIn(data, depth - 1)
}
