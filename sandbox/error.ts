/** Every failure that a user of the control API may meet. The code is the contract; the status renders it in HTTP. */
const STATUS = {
  REQUEST_INVALID: 400,
  NUMBER_INVALID: 400,
  QR_MALFORMED: 400,
  CURSOR_UNKNOWN: 400,
  NOT_FOUND: 404,
  QR_UNKNOWN: 404,
  DEVICE_NOT_FOUND: 404,
  GROUP_NOT_FOUND: 404,
  CHANNEL_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  CALL_NOT_FOUND: 404,
  PAIRING_CODE_UNKNOWN: 404,
  NOT_A_PARTICIPANT: 403,
  PAIRING_CODE_WRONG: 403,
  MEDIA_REFUSED: 415,
  QR_ALREADY_USED: 409,
  USERNAME_TAKEN: 409,
  DEVICE_NUMBERS_EXHAUSTED: 409,
  QR_EXPIRED: 410,
  BODY_TOO_LARGE: 413,
  INTERNAL: 500,
  PAIRING_REFUSED: 502,
  PAIRING_TIMED_OUT: 504,
} as const

export type Code = keyof typeof STATUS
export type Status = (typeof STATUS)[Code]

export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: Code
  readonly status: Status

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS[code]
  }
}
