/** `creds.json`: who the device is. What is not whole, not linked, or not what it says it is, is refused by name. */
import * as z from 'zod'
import { keyPair } from '../key-pair.ts'
import { bytesOf, Malformed, parsed, plainObject, withBytes } from './values.ts'

const bytes = z.object({ type: z.literal('Buffer'), data: z.base64() })
const pair = z.object({ private: bytes, public: bytes })
const Count = z
  .int()
  .min(0)
  .max(2 ** 31)
/** WhatsApp writes the number of a pre-key in three bytes. */
export const LAST_PRE_KEY = 0xffffff
const PreKeyId = z.int().min(0).max(LAST_PRE_KEY)
const device = (server: string) => z.string().regex(new RegExp(`^\\d{5,20}(:\\d{1,5})?@${server}$`))

/** What Baileys keeps (lib/Types/Auth.d.ts of 7.0.0-rc14); older releases have less of it. Anything else is left behind. */
const Credentials = z.object({
  noiseKey: pair,
  pairingEphemeralKeyPair: pair,
  signedIdentityKey: pair,
  signedPreKey: z.object({
    keyPair: pair,
    signature: bytes,
    keyId: Count,
    timestampS: z.number().optional(),
  }),
  registrationId: Count,
  advSecretKey: z.base64(),
  me: z.object({
    id: device('s\\.whatsapp\\.net'),
    lid: device('lid').optional(),
    name: z.string().max(500).optional(),
  }),
  account: z.object({
    details: z.union([bytes, z.base64()]),
    accountSignatureKey: z.union([bytes, z.base64()]),
    accountSignature: z.union([bytes, z.base64()]),
    deviceSignature: z.union([bytes, z.base64()]),
  }),
  signalIdentities: z
    .array(
      z.object({
        identifier: z.object({ name: z.string(), deviceId: z.int() }),
        identifierKey: bytes,
      }),
    )
    .optional(),
  myAppStateKeyId: z.string().max(100).optional(),
  firstUnuploadedPreKeyId: PreKeyId,
  nextPreKeyId: PreKeyId,
  lastAccountSyncTimestamp: z.number().optional(),
  platform: z.string().max(50).optional(),
  processedHistoryMessages: z.array(z.unknown()).max(10_000).default([]),
  accountSyncCounter: Count.default(0),
  accountSettings: z.looseObject({}).default({}),
  registered: z.boolean().default(false),
  lastPropHash: z.string().max(200).nullish(),
  routingInfo: bytes.nullish(),
})

export type Linked = {
  jid: string
  lid: string | undefined
  /** E.164 with a plus. */
  phoneNumber: string
  name: string | undefined
  platform: string | undefined
}

/** @throws Malformed */
export function readCredentials(text: string): { row: string; linked: Linked } {
  const given = plainObject(withBytes(parsed(text)))
  if (!given.me || !given.account)
    throw new Malformed('this device was never linked: it has no account of WhatsApp')
  const read = Credentials.safeParse(given)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new Malformed(`${issue?.path.join('.') || 'it'} is missing, or not what Baileys writes`)
  }
  const creds = read.data
  for (const one of ['noiseKey', 'signedIdentityKey'] as const) assertPair(one, creds[one])
  assertPair('signedPreKey', creds.signedPreKey.keyPair)
  const { id, lid, name } = creds.me
  return {
    row: JSON.stringify(creds),
    linked: {
      jid: id,
      lid,
      phoneNumber: `+${/^\d+/.exec(id)?.[0]}`,
      name,
      platform: creds.platform,
    },
  }
}

/** @throws Malformed when the halves do not belong together */
function assertPair(name: string, given: { private: unknown; public: unknown }): void {
  const pair = keyPair(bytesOf(given.private, 32))
  if (!pair.public.equals(bytesOf(given.public, 32)))
    throw new Malformed(`the two halves of ${name} do not belong together`)
}
