/**
 * What encrypted sessions say opens under one key. Whoever reads it without the key fails on the first such session, and
 * only there; so a function's code tells what it reads, its role whether it may, and its links whether it has the key.
 */
import { readFileSync } from 'node:fs'
import type { Rule, View } from './view.ts'

/** As stacks/secrets.ts calls it. */
const LINK = 'ContentSecrets'
/** In these tables anything may be sealed (core/hidden.ts). */
const SEALED = ['messages', 'events']
/** What is sealed in `main` goes through these: the last message of a chat, the name of a file. */
const IN_MAIN = ['core/chat.ts', 'core/media/file.ts', 'core/contacts/moving.ts']
/** Code of the store's readers, as it is left when what nobody calls was taken out of a bundle. */
const READS = /\.(?:get|query|getMany)\("(\w+)"/g
const READING = ['GetItem', 'BatchGetItem', 'Query']
/** What comes over Twilio is of no session, so nothing of it is sealed; and a key is nothing for whom strangers call. */
const OF_NO_SESSION = ['functions/hooks/handler.handler']

export const contentIsOpenedByReaders: Rule = (view) =>
  view.functions.flatMap(({ name, inputs }) => {
    const bundle = view.evaluation.bundles[name.replace(/Function$/, '')]
    if (!bundle) return [`${name} has no code`]
    const code = readFileSync(bundle.module, 'utf8')
    const reads = SEALED.filter((table) => [...code.matchAll(READS)].some(([, read]) => read === table))
    const isSealed = !OF_NO_SESSION.includes(bundle.handler)
    const opens = isSealed && (reads.length > 0 || bundle.modules.some((module) => IN_MAIN.includes(module)))
    const hasKey = bundle.links.includes(LINK)
    return [
      ...reads
        .filter((table) => !mayRead(view, String(inputs.role), table))
        .map((table) => `${bundle.handler} reads ${table}, and its role may not`),
      ...(opens && !hasKey
        ? [`${bundle.handler} reads what may be sealed, and is not linked to its key`]
        : []),
      ...(hasKey && !opens ? [`${bundle.handler} has a key that it has no use for`] : []),
    ]
  })

function mayRead({ roles, tables }: View, roleArn: string, table: string): boolean {
  const own = tables.find(({ name }) => name.toLowerCase() === `${table}table`)
  const arnEnd = `:table/${own?.existing ?? own?.inputs.name}`
  return roles
    .filter(({ arnPart }) => roleArn.endsWith(arnPart))
    .flatMap(({ statements }) => statements)
    .some(
      ({ Action, Resource }) =>
        Action.some((action) => READING.includes(action.replace('dynamodb:', ''))) &&
        Resource.some((resource) => resource.endsWith(arnEnd)),
    )
}
