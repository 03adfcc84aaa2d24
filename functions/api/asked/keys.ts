/** How WhatsApp names a message of ours. */
export { keyOf } from '#core/message-key.ts'
