/**
 * The parts of the API, and which addresses belong to which. A part is loaded when something of it is first asked for: a
 * cold start makes the schemas and routes of one part, not of all. A test holds that each route is where its address leads.
 */
import type { Routes } from './routes.ts'

/** In the order of the reference page. */
const PARTS = {
  sessions: async () => (await import('./sessions/index.ts')).sessions,
  messages: async () => (await import('./messages/index.ts')).messages,
  chats: async () => (await import('./asked/index.ts')).chatsAndMore,
  conversations: async () => (await import('./conversations/index.ts')).conversations,
  webhooks: async () => (await import('./webhooks/index.ts')).webhooks,
  account: async () => (await import('./account.ts')).account,
  pages: async () => (await import('./pages/index.ts')).pages,
} satisfies Record<string, () => Promise<Routes[]>>

export type Part = keyof typeof PARTS
export const PART_NAMES = Object.keys(PARTS) as Part[]
export const load = (part: Part): Promise<Routes[]> => PARTS[part]()
export const loadAll = async (): Promise<Routes[]> => (await Promise.all(PART_NAMES.map(load))).flat()

/** Address behind `/api/` → part. */
const NOUNS: Record<string, Part> = {
  messages: 'messages',
  conversations: 'conversations',
  webhooks: 'webhooks',
  tokens: 'account',
  auth: 'account',
  audit: 'account',
  live: 'account',
  connectors: 'account',
}

/** Address behind `/api/sessions/{sessionId}/` → part; `chats` for all others. */
const BELOW_SESSION: Record<string, Part> = {
  '': 'sessions',
  settings: 'sessions',
  start: 'sessions',
  stop: 'sessions',
  restart: 'sessions',
  logout: 'sessions',
  'clear-auth': 'sessions',
  'regenerate-key': 'sessions',
  me: 'sessions',
  export: 'sessions',
  status: 'sessions',
  qr: 'sessions',
  'pairing-code': 'sessions',
  webhooks: 'webhooks',
}

/** @param path of a request, or of a route with its parameters in braces */
export function partOf(path: string): Part {
  const [, root = '', noun = '', , below = ''] = path.split('/')
  if (root === 'session' || root === 'sessions') return 'conversations'
  // Links to files, which stand in no description.
  if (root === 'media') return 'chats'
  if (root !== 'api') return 'pages'
  if (noun === 'sessions') return (Object.hasOwn(BELOW_SESSION, below) && BELOW_SESSION[below]) || 'chats'
  return (Object.hasOwn(NOUNS, noun) && NOUNS[noun]) || 'pages'
}
