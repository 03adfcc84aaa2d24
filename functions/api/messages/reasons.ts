/** Why a message failed, as a sentence that can be shown, with what to do where something can be done. */

const SENTENCES: Record<string, string> = {
  restricted:
    'WhatsApp keeps this account from writing to people who have not written to it. Wait until the restriction of the session is over, or set `onRestriction` to `hold`; people who have written to it, and groups, can be written to meanwhile.',
  cancelled: 'It was taken back before it was sent.',
  not_on_whatsapp: 'There is nobody on WhatsApp under this number.',
  not_linked: 'The session is not linked to a phone. Scan its QR code and send the message again.',
  logged_out: 'The session was logged out before the message could be sent. Link it again and send it again.',
  auth_cleared: 'The link of the session was erased before the message could be sent. Send it again.',
  media_missing: 'Its file is not stored any more. Upload it again.',
  media_not_uploaded:
    'WhatsApp’s media server did not take its file, in spite of several attempts. Send it again later.',
  converter_missing:
    'It has to be converted, and the program ffmpeg is not installed beside the connector. Install it, or send a voice note as Ogg with Opus and a video as MP4.',
  media_not_convertible:
    'Its file could not be converted: it is damaged, or larger than phones can play. Send a voice note as Ogg with Opus and a video as MP4.',
  conversion_too_long: 'Converting its file took too long. Send a shorter one, or convert it before.',
  rate_limited:
    'WhatsApp takes no more messages of this account at the moment. Send it again later, and more slowly: see the setting `pacing`.',
  forbidden: 'WhatsApp does not let this account write there: it may not be a member, or only admins write.',
  not_authorized: 'WhatsApp does not let this account write there.',
  not_found: 'WhatsApp does not know the chat.',
  timeout: 'WhatsApp did not answer in time. Send it again.',
}

/** Undefined for reasons that say enough themselves. */
export const explanationOf = (reason: string): string | undefined => SENTENCES[reason]
