/** What a conversion knows besides the row itself. */
import type { Me } from '../socket/index.ts'
import type { Directory } from './identity.ts'

export type Context = {
  session: { sessionId: string; accountId: string }
  me: Me | undefined
  directory: Directory
  /** ISO 8601. */
  now: string
}

/** The id of the n-th event of one row: it sorts directly behind the row's own. */
export const nthId = (rowId: string, index: number): string => (index === 0 ? rowId : `${rowId}.${index}`)
