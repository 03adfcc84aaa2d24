/** When messages may leave, as the session wants it and as WhatsApp allows it. Asked before each of them. */

/** How the account stands with WhatsApp. */
export type Standing = {
  /** It may not write to people who do not know it. */
  isRestricted: boolean
  /** Until when, in ms since 1970; undefined when WhatsApp does not say. */
  until?: number
  /** WhatsApp's word for the reason, in lower case; undefined for the usual one. */
  kind?: string
}

export type Verdict = 'go' | 'hold' | 'fail'

export type Rules = {
  /** @param isTrusted whether the recipient has let us write to it: a group, or a person who has written to us */
  verdict(isTrusted: () => boolean): Verdict
  /** How long until the next message may leave, in ms. */
  pause(): number
  /** About how long a message waits that has so many before it, in ms. */
  ahead(others: number): number
  /** A message leaves. */
  left(): void
  /** For how long we are shown as typing before a text of so many characters, in ms. */
  typing(characters: number): number
  /** WhatsApp has said how the account stands. */
  learned(standing: Standing): void
  /** WhatsApp has refused a message because of how the account stands. Resolves when that is known. */
  refused(ask: () => Promise<Standing>): Promise<void>
}

/** Every message leaves at once. */
export const NO_RULES: Rules = {
  verdict: () => 'go',
  pause: () => 0,
  ahead: () => 0,
  left: () => undefined,
  typing: () => 0,
  learned: () => undefined,
  refused: async () => undefined,
}

/** Why an accepted message has not left. */
export type Waiting = {
  reason: 'not_connected' | 'pacing' | 'restricted' | 'order'
  /** About when it will, in ms since 1970. */
  until?: number
}
