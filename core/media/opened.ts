/** Sealed files that are laid open for somebody with a link lie under it: the store deletes them within a day. */
export const OPENED = 'opened/'
