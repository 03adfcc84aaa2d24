/** What examples of events are about: one person, one line, one group. */
export const SESSION_ID = '5bc99cea8975b95fe7077c64a3312145'
export const AT = '2026-01-01T12:00:00.000Z'
export const OURS = '+4915155500001'
export const THEIRS = '+4915155500002'
export const THEIR_LID = '123456789012345@lid'
export const CHAT = '4915155500002@s.whatsapp.net'
export const GROUP = '120363041234567890@g.us'
export const CHANNEL = '120363041234567891@newsletter'
/** By everything that is known of them. */
export const PERSON = { phoneNumber: THEIRS, lid: THEIR_LID, username: 'ada.lovelace' }
export const SENDER = { ...PERSON, name: 'Ada' }
export const US = { phoneNumber: OURS, lid: '123456789054321@lid' }
export const [ID, OTHER_ID] = ['3EB0C767D097B7C7F1A2B3', '3EB0A1B2C3D4E5F6A7B8C9']

/** Somebody did something to a message of ours. */
export const deed = {
  id: OTHER_ID,
  chatId: CHAT,
  fromMe: false,
  from: THEIRS,
  sender: SENDER,
  target: { messageId: ID, fromMe: true },
  timestamp: AT,
  person: PERSON,
}
