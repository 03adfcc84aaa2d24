/**
 * Reading an order out of a message: one interface, two real implementations (model.ts, rules.ts), and the rule how
 * they go together. The rules need no network and cannot fail, so a message is always understood by somebody.
 */
import type { Extraction } from './extraction.ts'
import type { OrderDetails } from './order.ts'

export type Request = { accountId: string; text: string; current: OrderDetails | null }

/** @throws ExtractionFailed when it could not read the message; the message itself is never lost by that. */
export type Extractor = (request: Request) => Promise<Extraction>

export type Outcome = {
  extraction: Extraction
  by: 'model' | 'rules'
  /** Why the model was not used although there is one: a sentence that can be shown. */
  failure: string | undefined
}

export type FailureReason = 'timeout' | 'unavailable' | 'refused' | 'unreadable' | 'budget'

const SENTENCES: Record<FailureReason, string> = {
  timeout: 'The model did not answer in time.',
  unavailable: 'The model could not be reached.',
  refused: 'The model refused the request.',
  unreadable: 'The model answered something that is not an order.',
  budget: "Today's token budget for the model is used up.",
}

/** `message` can be shown; what the endpoint said stays in `cause`. */
export class ExtractionFailed extends Error {
  override readonly name = 'ExtractionFailed'
  readonly reason: FailureReason

  constructor(reason: FailureReason, cause?: unknown) {
    super(SENTENCES[reason], { cause })
    this.reason = reason
  }
}

/** Asks the model where there is one, and the rules where it fails. */
export async function extract(
  { model, rules }: { model: Extractor | undefined; rules: (text: string) => Extraction },
  request: Request,
): Promise<Outcome> {
  if (!model) return { extraction: rules(request.text), by: 'rules', failure: undefined }
  try {
    return { extraction: await model(request), by: 'model', failure: undefined }
  } catch (error) {
    if (!(error instanceof ExtractionFailed)) throw error
    return { extraction: rules(request.text), by: 'rules', failure: error.message }
  }
}
