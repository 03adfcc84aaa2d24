/** How often the logs of linked sessions are read for what was not told, in minutes: it costs, also where nothing was lost. */
export const CATCH_UP_EVERY = 5
