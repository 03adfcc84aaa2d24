/**
 * Async contexts around Baileys. A promise that nobody awaits carries the context of a finished transaction on, and a
 * commit started inside one would run everything after it in there; whatever outlives its caller starts `outside`.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Runs work in the context in which this module was loaded: in no transaction of anybody. */
export const outside: <T>(work: () => T) => T = AsyncLocalStorage.snapshot()
