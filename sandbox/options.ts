/** What can be chosen when a sandbox is started; everything has a default that suits a test. */
import * as z from 'zod'

const Delay = z.union([
  z
    .int()
    .min(0)
    .transform((ms): [number, number] => [ms, ms]),
  z.tuple([z.int().min(0), z.int().min(0)]).refine(([least, most]) => least <= most, 'least before most'),
])

export const Options = z.strictObject({
  /** 0 takes a free port. The control API and the WebSocket share it. */
  port: z.int().min(0).max(65_535).default(0),
  host: z.string().default('127.0.0.1'),
  /** Where people, keys and undelivered messages are kept; in memory when absent. */
  dataDir: z.string().optional(),
  /** How long a phone takes to report a delivery, in ms: one number, or the least and the most. */
  receiptDelayMs: Delay.default([150, 400]),
  /** How many QR codes one linking attempt may show. WhatsApp hands out six. */
  qrRefs: z.int().min(1).max(20).default(6),
})

export type Options = z.output<typeof Options>
export type SandboxOptions = z.input<typeof Options>
