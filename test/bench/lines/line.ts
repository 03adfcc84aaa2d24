/**
 * One linked WhatsApp line as the load generator sees it, the same for raw Baileys and for ours, so that both are
 * driven by the same code. It counts; it does not judge.
 */

export type Server = { url: string; rootKey: string; control: string }

export type LineOptions = {
  /** Digits. */
  number: string
  server: Server
  /** How long a commit of the key store takes, in ms; asked anew each time. */
  latency: () => number
  /** A file that an earlier line saved: this one connects without linking. */
  saved?: string | undefined
}

export type Line = {
  readonly number: string
  /** Messages that arrived and were handed on. */
  received: number
  /** Messages of ours that the server acknowledged. */
  acked: number
  /** How often the key store was asked to commit. */
  readonly commits: number
  /** Called for each acknowledgement, after it was counted. */
  onAck: (id: string) => void
  /** Called for each message, after it was counted. */
  onReceived: () => void
  /** Resolves when the caller may go on: raw, when Baileys' sendMessage resolved; ours, when the message is durable. */
  send(id: string, to: string, text: string): Promise<void>
  /** Writes everything that a later line needs to connect again. */
  save(file: string): void
  close(): Promise<void>
}

export type OpenLine = (options: LineOptions) => Promise<Line>
