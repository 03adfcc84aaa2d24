/**
 * Whether a name is one for people: it shows something, on one line, and steers nothing that it is printed on. Joiners
 * and marks of direction are part of names in many languages, so they are left alone.
 */
const SHOWN = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}]/u

export const isReadable = (name: string): boolean => SHOWN.test(name) && !STEERING.test(name)

export const READABLE = 'must be one line that shows something, without control characters'
