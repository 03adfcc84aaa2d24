/** How a command is put into its queue; reading it needs the schemas in command.ts, and this does not. */
import { portable } from '../platform/json.ts'
import type { Command, Envelope } from './command.ts'

/** The version that has to understand it. */
export function versionOf(command: Command): Envelope['v'] {
  if (command.type !== 'message.send') return 1
  return command.recipients ? 3 : command.content ? 2 : 1
}

/** What has to keep its order among others. A request waits for nobody, and nobody waits for it. */
export const groupOf = ({ sessionId, command }: Pick<Envelope, 'sessionId' | 'command'>): string =>
  command.type === 'session.request' ? `${sessionId}/${command.requestId}` : sessionId
export const sessionOfGroup = (group: string): string => group.split('/')[0] ?? ''

/** @param seal seals the command, where its session keeps what is said sealed */
export function encode(envelope: Envelope, seal?: (command: Command, place: string) => string): string {
  if (!seal) return portable(JSON.stringify(envelope))
  const { command, ...rest } = envelope
  return portable(JSON.stringify({ ...rest, v: 4, sealed: seal(command, envelope.id) }))
}
