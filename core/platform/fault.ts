/**
 * Every failure that a caller may see. The code is the contract and the status its HTTP rendering; the message is a
 * sentence that can be shown, so it never carries internals: those go in `cause` and stay in the log.
 */
export const STATUS = {
  VALIDATION_ERROR: 400,
  MALFORMED_JSON: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  SESSION_NOT_FOUND: 404,
  SESSION_NOT_CONNECTED: 400,
  AUTH_EXPIRED: 400,
  SESSION_ALREADY_CONNECTED: 400,
  SESSION_LIMIT_REACHED: 403,
  SESSION_BUSY: 409,
  SESSION_NOT_STOPPED: 409,
  SESSION_NOT_LINKED: 400,
  NUMBER_ALREADY_LINKED: 409,
  IMPORT_INVALID: 400,
  QR_CODE_EXPIRED: 400,
  QR_CODE_NOT_AVAILABLE: 400,
  MESSAGE_NOT_FOUND: 404,
  MESSAGE_NOT_USABLE: 409,
  MEDIA_NOT_FOUND: 404,
  MEDIA_INVALID: 400,
  MEDIA_TOO_LARGE: 413,
  MEDIA_TYPE_NOT_SUPPORTED: 415,
  MEDIA_UNREACHABLE: 422,
  MEDIA_LINK_EXPIRED: 410,
  CHAT_NOT_FOUND: 404,
  CONTACT_NOT_FOUND: 404,
  LABEL_NOT_FOUND: 404,
  CAMPAIGN_NOT_FOUND: 404,
  CONVERSATION_NOT_FOUND: 404,
  CONVERSATION_CLOSED: 409,
  REPLY_REFUSED: 502,
  WEBHOOK_NOT_FOUND: 404,
  WEBHOOK_LIMIT_REACHED: 403,
  DELIVERY_NOT_FOUND: 404,
  INVALID_RECIPIENT: 400,
  USERNAME_UNKNOWN: 404,
  IDEMPOTENCY_KEY_REUSED: 409,
  LIVE_LIMIT_REACHED: 429,
  TOKEN_NOT_FOUND: 404,
  TOKEN_LIMIT_REACHED: 403,
  WHATSAPP_REFUSED: 502,
  WHATSAPP_TIMEOUT: 504,
  NOT_SUPPORTED: 501,
  OVERLOADED: 503,
  DEPENDENCY_UNAVAILABLE: 503,
  INTERNAL_ERROR: 500,
} as const

export type FaultCode = keyof typeof STATUS

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly status: (typeof STATUS)[FaultCode]
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: FaultCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = STATUS[code]
    this.details = options.details
  }
}
