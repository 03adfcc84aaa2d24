/** The namespace `w:biz`: what a business says of itself; people who are none have nothing there. */
import { childrenOf, node } from '../wire/nodes.ts'
import { type Query, reply, replyError } from './reply.ts'

export function business(query: Query) {
  const { world, subject, iq } = query
  if (subject?.tag !== 'business_profile') {
    world.stats.unknownQuery(`w:biz/${iq.attrs.type}/${subject?.tag}`)
    return reply(query)
  }
  const [asked] = childrenOf(subject, 'profile')
  const jid = asked?.attrs.jid ?? ''
  const person = world.people.withJid(jid)
  if (!person) return replyError(query, 404)
  if (!person.business) return reply(query, node('business_profile', {}, []))
  const { category, ...texts } = person.business
  const parts = Object.entries(texts).map(([tag, text = '']) => node(tag, {}, Buffer.from(text)))
  const categories = category
    ? [node('categories', {}, [node('category', { id: '1' }, Buffer.from(category))])]
    : []
  reply(query, node('business_profile', { v: '244' }, [node('profile', { jid }, [...parts, ...categories])]))
}
