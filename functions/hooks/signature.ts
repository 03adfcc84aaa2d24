/**
 * Whether a request was signed by Twilio, by Twilio's own validator. The address that counts is the one we configured,
 * never the one that a request claims to have come by: a signature made for another host is worth nothing here.
 */
import webhooks from 'twilio/lib/webhooks/webhooks.js'

export type Signed = {
  signature: string | undefined
  /** The public address with the query exactly as it came. */
  url: string
  body:
    | { kind: 'form'; params: Record<string, string | string[]> }
    | { kind: 'json'; raw: string }
    | undefined
}

/** @param tokens the auth tokens that count: two while they are being rotated */
export const isSigned = (tokens: string[], { signature, url, body }: Signed): boolean =>
  signature !== undefined &&
  tokens.some((token) =>
    body?.kind === 'json'
      ? webhooks.validateRequestWithBody(token, signature, url, body.raw)
      : webhooks.validateRequest(token, signature, url, body?.params ?? {}),
  )
