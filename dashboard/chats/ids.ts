/** Names of chats: an address may hold a phone number where the API answers with WhatsApp's id of it. */

export const chatIdOf = (given: string): string =>
  given.includes('@') ? given : `${given.replace(/\D/g, '')}@s.whatsapp.net`

export const isGroup = (chatId: string): boolean => chatId.endsWith('@g.us')

/** What a person calls it, as far as known. */
export const titleOf = (
  chat: { name: string | null; phoneNumber: string | null } | undefined,
  chatId: string,
): string =>
  chat?.name ?? chat?.phoneNumber ?? (/^\d+@s\./.test(chatId) ? `+${chatId.split('@')[0]}` : chatId)
/** What stands in the list of chats: status updates and channels do not. */
export const isListed = (chatId: string): boolean =>
  !chatId.endsWith('@newsletter') && !chatId.endsWith('@broadcast')
