/**
 * Settings as they stand in the form, where numbers and lists are text, and what is asked of the API when they are saved.
 * A setting that has parts is replaced as a whole, so the parts that the form does not show come along as they are.
 */
import type { SessionDetails } from '../api/types.ts'

export type Draft = ReturnType<typeof draftOf>

export const IGNORABLE = {
  status: 'Status updates of others',
  groups: 'Groups',
  channels: 'Channels',
  broadcast: 'Broadcast lists',
} as const
export const READ_RECEIPTS = [
  ['on_request', 'When the API says so'],
  ['always', 'Always, as soon as it comes'],
  ['never', 'Never'],
] as const

export const draftOf = ({
  name,
  description,
  settings,
}: Pick<SessionDetails, 'name' | 'description' | 'settings'>) => ({
  name,
  description: description ?? '',
  autoReconnect: settings.autoReconnect,
  reconnectSeconds: `${settings.reconnectInterval / 1_000}`,
  maxReconnectAttempts: `${settings.maxReconnectAttempts}`,
  messageHistory: settings.messageHistory,
  conversations: settings.conversations,
  enableEncryption: settings.enableEncryption,
  autoDownload: settings.autoDownload.enabled,
  ignore: settings.ignore,
  markOnline: settings.markOnline,
  readReceipts: settings.readReceipts,
  rejectsCalls: settings.autoRejectCalls.enabled,
  callReply: settings.autoRejectCalls.reply ?? '',
  perMinute: settings.pacing ? `${settings.pacing.perMinute}` : '',
  webhookUrl: settings.webhookUrl ?? '',
  ipWhitelist: settings.ipWhitelist?.join(', ') ?? '',
})

/** The body of `PUT …/settings`. @param before what the parts that are not shown come from */
export function changeOf(draft: Draft, { settings: before }: Pick<SessionDetails, 'settings'>) {
  const { name, description, reconnectSeconds, maxReconnectAttempts, rejectsCalls, perMinute, ...rest } =
    draft
  const { callReply, autoDownload, webhookUrl, ipWhitelist, ...asTheyAre } = rest
  const addresses = ipWhitelist.split(/[\s,]+/).filter(Boolean)
  return {
    name: name.trim(),
    description: description.trim() || null,
    settings: {
      ...asTheyAre,
      reconnectInterval: reconnectSeconds ? Math.round(Number(reconnectSeconds) * 1_000) : null,
      maxReconnectAttempts: maxReconnectAttempts ? Number(maxReconnectAttempts) : null,
      autoDownload: { ...before.autoDownload, enabled: autoDownload },
      autoRejectCalls: { enabled: rejectsCalls, ...(callReply.trim() ? { reply: callReply.trim() } : {}) },
      pacing: perMinute ? { ...before.pacing, perMinute: Number(perMinute) } : null,
      webhookUrl: webhookUrl.trim() || null,
      ipWhitelist: addresses.length > 0 ? addresses : null,
    },
  }
}
