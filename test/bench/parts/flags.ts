/** The V8 flags of a connector, as `npm start` sets them; raw Baileys gets the same. */
export const CONNECTOR_FLAGS: readonly string[] = ['--max-semi-space-size=8']
