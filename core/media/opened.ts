/** Sealed files that are laid open for somebody with a link lie under it: the store deletes them in a day or two. */
export const OPENED = 'opened/'
