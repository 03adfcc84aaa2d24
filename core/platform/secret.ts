/** Names of fields that may hold a secret; no log shows what stands under them. */
export const SECRET: readonly string[] = [
  'authorization',
  'apiKey',
  'token',
  'secret',
  'qr',
  'qrText',
  'creds',
  'password',
  'masterKey',
]
