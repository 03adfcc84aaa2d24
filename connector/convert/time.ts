/**
 * When something happened. WhatsApp tells it in whole seconds; what arrives at once takes the finer moment of its
 * arrival, so that a delivery never seems to come before the acceptance.
 */
import { decodeTime } from 'ulid'

/** What arrives within this time of happening was not kept waiting by the server. */
const PROMPT_MS = 5_000

/** In ms since 1970. `rowId` is a ULID: it carries the moment of arrival. */
export function happenedAt(seconds: string | undefined, rowId: string): number {
  const arrived = decodeTime(rowId)
  const said = Number(seconds) * 1_000
  if (!Number.isFinite(said) || said <= 0) return arrived
  return Math.abs(arrived - said) < PROMPT_MS ? arrived : said
}
