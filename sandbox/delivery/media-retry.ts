/** A companion asks its phone to leave a file at the media server again; the phone says where it lies now. */
import { randomBytes } from 'node:crypto'
import { aesEncryptGCM, hkdf, proto } from '@whiskeysockets/baileys'
import { restoreFile } from '../media/files.ts'
import type { Companion } from '../people/companions.ts'
import { attr, type BinaryNode, child, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'

const { SUCCESS, NOT_FOUND } = proto.MediaRetryNotification.ResultType
const INFO = 'WhatsApp Media Retry Notification'

export async function answerMediaRetry(world: World, asker: Companion, request: BinaryNode): Promise<void> {
  const id = attr(request, 'id')
  const letter = world.letters.find(id)
  if (!letter) return
  const { mediaKey, directPath } = await restoreFile(world, letter.message)
  const result = { stanzaId: id, directPath: directPath ?? null, result: directPath ? SUCCESS : NOT_FOUND }
  const iv = randomBytes(12)
  const plain = proto.MediaRetryNotification.encode(result).finish()
  const closed = aesEncryptGCM(plain, hkdf(Buffer.from(mediaKey), 32, { info: INFO }), iv, Buffer.from(id))
  const attrs = { from: SERVER, type: 'mediaretry', id, t: seconds() }
  deliver(
    world,
    asker,
    node('notification', attrs, [
      node('encrypt', {}, [node('enc_p', {}, closed), node('enc_iv', {}, iv)]),
      node('rmr', child(request, 'rmr')?.attrs),
    ]),
  )
}
