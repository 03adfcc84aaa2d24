/**
 * The credentials of a device: one object that Baileys keeps changing, written whole whenever it says so. Credentials
 * of a pairing that was never finished are of no use to anybody and are made anew.
 */
import { type AuthenticationCreds, initAuthCreds, jidDecode } from '@whiskeysockets/baileys'
import type { Me } from './types.ts'
import type { WriteSet } from './write-set.ts'

const TYPE = 'creds'
const ID = 'self'
/** Set when the device was open for the first time: the server knows it since then. */
const OPENED = { device: { opened: true } }

export class Credentials {
  creds: AuthenticationCreds
  readonly #set: WriteSet

  /** @param topPreKey a published pre-key id must never be given out twice, whatever the credentials remember */
  constructor(set: WriteSet, topPreKey: number) {
    this.#set = set
    const stored = set.read(TYPE, ID) as AuthenticationCreds | undefined
    this.creds = stored ?? initAuthCreds()
    if (this.creds.nextPreKeyId <= topPreKey) {
      this.creds.nextPreKeyId = topPreKey + 1
      this.creds.firstUnuploadedPreKeyId = topPreKey + 1
    }
    if (!stored) this.write()
  }

  /** A phone has confirmed the pairing, and we have checked its signature. */
  get linked(): boolean {
    return this.creds.account !== undefined
  }

  get me(): Me | undefined {
    const { me, platform } = this.creds
    if (!me || !this.linked) return undefined
    const phoneNumber = `+${jidDecode(me.id)?.user ?? ''}`
    return { jid: me.id, lid: me.lid, phoneNumber, name: me.name, platform }
  }

  /** The whole object: Baileys also changes it without saying what. */
  write(): void {
    this.#set.apply({ [TYPE]: { [ID]: this.creds } })
  }

  wasOpened(): void {
    if (!this.#set.has('device', 'opened')) this.#set.apply(OPENED)
  }

  /** The server was told of this pairing, as far as we know. */
  get hasBeenOpen(): boolean {
    return this.#set.has('device', 'opened')
  }

  /** New keys for a new attempt to pair; pre-key ids go on rising. */
  renew(): void {
    const { nextPreKeyId } = this.creds
    this.creds = { ...initAuthCreds(), nextPreKeyId, firstUnuploadedPreKeyId: nextPreKeyId }
    this.write()
  }

  /** A pairing code was asked for and never confirmed: Baileys would try to log in with that. */
  get isHalfway(): boolean {
    return !this.linked && (this.creds.me !== undefined || this.creds.registered)
  }
}
