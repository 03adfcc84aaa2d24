/** The simulated people of the sandbox, by its control API. */
import { ask } from './http.ts'

async function post(control: string, path: string, body: unknown): Promise<unknown> {
  const answer = await ask('POST', `${control}${path}`, body)
  if (answer.status >= 300) throw new Error(`the sandbox answered ${answer.status} to ${path}`)
  return answer.body
}

/** This person's phone links the companion that shows the QR. */
export const scan = (control: string, number: string, qr: string) =>
  post(control, `/phones/${number}/scan`, { qr })

export const write = (control: string, number: string, to: string, text: string) =>
  post(control, `/phones/${number}/send`, { to, text })
