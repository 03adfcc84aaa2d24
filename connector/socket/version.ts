/**
 * The version of WhatsApp Web that we claim to be: the one that this release of Baileys was made for. When the real
 * servers refuse it (405), the current one is looked up, at most once an hour; nothing is fetched otherwise.
 */
import { DEFAULT_CONNECTION_CONFIG, fetchLatestWaWebVersion, type WAVersion } from '@whiskeysockets/baileys'

const HOUR = 3_600_000

type Lookup = () => Promise<{ version: WAVersion; isLatest: boolean }>

export function clientVersion(lookup: Lookup = fetchLatestWaWebVersion, now: () => number = Date.now) {
  let version = DEFAULT_CONNECTION_CONFIG.version
  let lastLookup = Number.NEGATIVE_INFINITY
  return {
    current: (): WAVersion => version,
    /** The servers said 405. True when there is another version to try now. */
    async refused(): Promise<boolean> {
      if (now() - lastLookup < HOUR) return false
      lastLookup = now()
      const found = await lookup()
      if (!found.isLatest || found.version.join() === version.join()) return false
      version = found.version
      return true
    },
  }
}

/** Shared by all live connections of this process. */
export const liveVersion = clientVersion()
