/** Linking by a code that is typed on the phone, instead of a QR code that it scans. */
import * as z from 'zod'
import { chatIdOf, phoneNumberOf } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import { Fault } from '#core/platform/fault.ts'
import { call } from './route.ts'

/** WhatsApp's own. */
const CODE_LIVES_MS = 160_000

const pairingCode = call({
  method: 'post',
  path: '/pairing-code',
  tag: 'Sessions',
  summary: 'Link by pairing code',
  description:
    'For a session that shows a QR code; both ways stay open. On the phone: WhatsApp → Settings → Linked devices → Link a device → Link with phone number. The code counts for this very number.',
  body: z.strictObject({ phoneNumber: z.string().max(60) }).meta({ id: 'PhoneToPair' }),
  example: { phoneNumber: '+4915198765432' },
  gives: { code: z.string().meta({ example: 'ABCD-EFGH' }), expiresAt: z.iso.datetime() },
  needs: 'qr_generated',
  async run({ ask, deps }, { body }) {
    const phoneNumber = phoneNumberOf(chatIdOf(body.phoneNumber))
    if (!phoneNumber) throw new Fault('INVALID_RECIPIENT', 'This needs a phone number.')
    const { code } = await ask('pairing.code', { phoneNumber })
    return {
      code: `${code.slice(0, 4)}-${code.slice(4)}`,
      expiresAt: iso(deps.store.now() + CODE_LIVES_MS),
    }
  },
})

export const pairingCalls = [pairingCode]
