/** How figures are written in docs/cost.md: rounded to what can be meant. */
export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

export const whole = (count: number): string => Math.round(count).toLocaleString('en-US')
export const short = (count: number): string => `${Number(count.toPrecision(3))}`
export const millions = (messages: number): string => `${messages / 1e6} million`
export const cents = (usd: number): string => `${(usd * 100).toPrecision(2)} cents`

export const dollars = (usd: number): string => {
  if (usd >= 100) return `$${whole(Number(usd.toPrecision(3)))}`
  return `$${usd >= 10 ? usd.toFixed(0) : usd.toFixed(2)}`
}
