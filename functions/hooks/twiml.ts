/** The answer that Twilio reads: a message to send, or none. Built by Twilio's own builder, which escapes. */
import MessagingResponse from 'twilio/lib/twiml/MessagingResponse.js'

/** @param statusCallback where Twilio shall tell what became of the message */
export function twiml(text: string | null, statusCallback?: string): string {
  const response = new MessagingResponse()
  if (text !== null) response.message(statusCallback ? { statusCallback } : {}, text)
  return response.toString()
}
