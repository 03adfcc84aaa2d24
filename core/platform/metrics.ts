/**
 * Numbers for CloudWatch, written as lines of the log in its embedded metric format: no call, no client, no waiting,
 * and the same line can be read by a person. Without a namespace, as on one machine, nothing is written.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Clock } from './clock.ts'

export type Unit = 'Count' | 'Percent' | 'Milliseconds' | 'None'
/** A list of up to 100 values is a distribution, of which CloudWatch knows percentiles. */
export type Values = Record<string, { value: number | number[]; unit: Unit }>
export type Metrics = (values: Values) => void

/** `write` takes one line; it must reach the log as it is, so not through a logger with a level. */
export const openMetrics =
  (namespace: string | undefined, now: Clock, write: (line: string) => void): Metrics =>
  (values) => {
    if (!namespace) return
    const entries = Object.entries(values)
    const Metrics = entries.map(([Name, { unit: Unit }]) => ({ Name, Unit }))
    const _aws = {
      Timestamp: now(),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [[]], Metrics }],
    }
    const numbers = Object.fromEntries(entries.map(([name, { value }]) => [name, value]))
    write(`${JSON.stringify({ _aws, ...numbers })}\n`)
  }
