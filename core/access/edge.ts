/**
 * Our own CloudFront distribution in front of the API, which then sees CloudFront's address and not the caller's. The
 * distribution says whose request it hands on, and shows by a key that it is ours: CloudFront puts both in the place of
 * whatever a caller sends under their names, so nobody says it in its name. From anybody else both mean nothing.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { derivedKeys } from '../platform/seal.ts'

export const EDGE_HEADERS = { key: 'x-linekeeper-edge', viewer: 'x-linekeeper-viewer' } as const

/** The keys that it shows itself by: the first is shown, all of them are believed, while the master key changes. */
export const edgeKey = (masterKeys: string): string => derivedKeys(masterKeys, 'edge')

/** Whose request it is that came through the distribution; undefined when it did not, `unknown` when it does not say. */
export type Viewer = (header: (name: string) => string | undefined) => string | undefined

/** @param keys none where there is no distribution */
export function openEdge(keys: readonly string[]): Viewer {
  const known = keys.map(digest)
  return (header) => {
    const shown = header(EDGE_HEADERS.key)
    if (shown === undefined || known.length === 0) return
    const given = digest(shown)
    if (!known.some((key) => timingSafeEqual(key, given))) return
    const viewer = header(EDGE_HEADERS.viewer) ?? ''
    return isIP(viewer) ? viewer : 'unknown'
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
