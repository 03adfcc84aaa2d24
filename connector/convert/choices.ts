/** What can be chosen in messages of businesses that have buttons or a list, and what somebody chose. */
import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '#core/contract/content.ts'

type Part<F extends keyof proto.IMessage> = NonNullable<proto.IMessage[F]>
type Words = string | null | undefined

const choice = (id: Words, title: Words, description?: Words) => ({
  ...(id ? { id } : {}),
  title: title ?? '',
  ...(description ? { description } : {}),
})
type Choice = ReturnType<typeof choice>
const offering = (options: Choice[]): Partial<Content> => (options.length > 0 ? { options } : {})
const choosing = (id: Words, title: Words, description?: Words): Partial<Content> =>
  id || title ? { selected: choice(id, title, description) } : {}

export const inButtons = ({ buttons }: Part<'buttonsMessage'>): Partial<Content> =>
  offering((buttons ?? []).map(({ buttonId, buttonText }) => choice(buttonId, buttonText?.displayText)))

export const inList = ({ sections }: Part<'listMessage'>): Partial<Content> =>
  offering(
    (sections ?? []).flatMap(({ rows }) =>
      (rows ?? []).map(({ rowId, title, description }) => choice(rowId, title, description)),
    ),
  )

export const inTemplate = ({ hydratedTemplate }: Part<'templateMessage'>): Partial<Content> =>
  offering(
    (hydratedTemplate?.hydratedButtons ?? []).map(({ quickReplyButton, urlButton, callButton }) =>
      choice(
        quickReplyButton?.id ?? urlButton?.url ?? callButton?.phoneNumber,
        (quickReplyButton ?? urlButton ?? callButton)?.displayText,
      ),
    ),
  )

export const ofButtons = (chosen: Part<'buttonsResponseMessage'>): Partial<Content> =>
  choosing(chosen.selectedButtonId, chosen.selectedDisplayText)

export const ofList = ({ singleSelectReply, title, description }: Part<'listResponseMessage'>) =>
  choosing(singleSelectReply?.selectedRowId, title, description)

export const ofTemplate = (chosen: Part<'templateButtonReplyMessage'>): Partial<Content> =>
  choosing(chosen.selectedId, chosen.selectedDisplayText)
