/** The verbs of sessions: `import * as Sessions from '#core/sessions/index.ts'`. The noun itself is in session.ts. */
export { create, type NewSession, remove } from './create.ts'
export { find, history, historyPage, listingPlace, ofAccount, ofShard, pendingIntents } from './find.ts'
export { type Action, intend, living, nudge, sessionNotFound } from './intend.ts'
export { purge } from './purge.ts'
export { type Changes, change } from './settings.ts'
export { adviceOn, canSend, type Shown, shownStatus } from './shown.ts'
export { recordState, type StateChange } from './state.ts'
