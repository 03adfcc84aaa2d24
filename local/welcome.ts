/**
 * What a start says when everything answers: the line that programs wait for, then where things are and a first
 * conversation to paste into a shell. The example is run by a test, word for word.
 */
import type { WhatsApp } from './settings.ts'

export type Welcome = {
  origin: string
  /** The control API of the built-in sandbox. */
  sandbox: string | undefined
  whatsapp: WhatsApp
  dataDir: string
  apiKey: string
  /** Nobody chose the key. */
  keyIsDefault: boolean
}

/** The key itself is shown only when it is the well-known default. */
export function welcome(facts: Welcome): string {
  const { origin, sandbox, dataDir, keyIsDefault, apiKey } = facts
  const lines = [
    `ready ${origin}`,
    '',
    `  Dashboard  ${origin}/`,
    `  API        ${origin}/api        reference ${origin}/docs`,
    `  API key    ${keyIsDefault ? `${apiKey}   (the default, for this machine only: set LINEKEEPER_API_KEY)` : 'as set by LINEKEEPER_API_KEY'}`,
    `  WhatsApp   ${whatsappLine(facts)}`,
    `  Data       ${dataDir}`,
  ]
  if (sandbox)
    lines.push(
      '',
      'Try it: paste this into a second terminal.',
      '',
      example(origin, sandbox, keyIsDefault ? apiKey : undefined),
    )
  lines.push('', 'Ctrl+C stops everything. What was stored stays.', '')
  return lines.join('\n')
}

function whatsappLine({ whatsapp, sandbox }: Welcome): string {
  if (whatsapp.kind === 'live') return 'the real servers: scan with a real phone'
  if (whatsapp.kind === 'simulator') return `a simulator at ${whatsapp.url}`
  return `simulated, with simulated phones: ${sandbox}`
}

/** POSIX shell and curl, nothing else. */
export const example = (
  origin: string,
  sandbox: string,
  apiKey: string | undefined,
): string => `  API=${origin}/api PHONES=${sandbox}/phones
  KEY="X-Api-Key: ${apiKey ?? '$LINEKEEPER_API_KEY'}" JSON="Content-Type: application/json"
  ID=$(curl -s $API/sessions -H "$KEY" -H "$JSON" -d '{"name":"My first line"}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  curl -s -X POST $API/sessions/$ID/start -H "$KEY"; echo
  until QR=$(curl -sf "$API/sessions/$ID/qr?format=raw" -H "$KEY"); do sleep 1; done
  curl -s $PHONES/+49151$(date +%s | tail -c 8)/scan -H "$JSON" -d "{\\"qr\\":\\"$QR\\"}"; echo
  until curl -s $API/sessions/$ID/status -H "$KEY" | grep '"connected"'; do sleep 1; done
  curl -s "$API/messages?wait=delivered" -H "$KEY" -H "$JSON" -d "{\\"sessionId\\":\\"$ID\\",\\"to\\":\\"+4915155500002\\",\\"text\\":\\"Hello\\"}"; echo
  curl -s $PHONES/+4915155500002/inbox; echo`
