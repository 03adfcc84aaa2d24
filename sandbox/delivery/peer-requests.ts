/** What a companion asks of its own phone: the content of a message that it was not given, and what was said before. */
import { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import { isViewOnce } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { lidJid } from '../wire/jids.ts'
import { seconds, type World } from '../world.ts'
import { sendOlder } from './history.ts'
import { sendToOwn } from './own.ts'

const { Type } = proto.Message.ProtocolMessage
const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType

/** @param stanzaId the id of the message that asks */
export async function answerPeer(
  world: World,
  person: Person,
  companion: Companion,
  stanzaId: string,
  { protocolMessage }: proto.IMessage,
) {
  const request = protocolMessage?.peerDataOperationRequestMessage
  const older = request?.historySyncOnDemandRequest
  if (older) return sendOlder(world, person, companion, older, stanzaId)
  if (request?.peerDataOperationRequestType !== PLACEHOLDER_MESSAGE_RESEND) return
  const asked = request.placeholderMessageResendRequest ?? []
  const peerDataOperationResult = asked.flatMap(({ messageKey }) => {
    const found = messageKey?.id ? webMessage(world, messageKey.id) : undefined
    return found ? { placeholderMessageResendResponse: { webMessageInfoBytes: found } } : []
  })
  const peerDataOperationRequestResponseMessage = {
    peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND,
    stanzaId,
    peerDataOperationResult,
  }
  const type = Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE
  await world.phones.locked(person, () =>
    sendToOwn(world, person, companion, {
      protocolMessage: { type, peerDataOperationRequestResponseMessage },
    }),
  )
}

/** A message as the phone has it; undefined when it has lost it, or may not show it elsewhere. */
function webMessage(world: World, id: string): Uint8Array | undefined {
  const letter = world.letters.find(id)
  if (!letter || isViewOnce(letter.message)) return
  const { author, message, chat } = letter
  const key = { id, fromMe: false, remoteJid: chat ?? lidJid(author) }
  return proto.WebMessageInfo.encode({
    key: chat ? { ...key, participant: lidJid(author) } : key,
    message,
    messageTimestamp: Number(seconds()),
    pushName: world.people.withLid(author)?.name ?? null,
  }).finish()
}
