/** Messages: to send, to look at, to change. */
import { changeMessages } from './change.ts'
import { readMessages } from './read.ts'
import { sendMessages } from './send.ts'

export const messages = [sendMessages, readMessages, changeMessages]
