/**
 * A reason not to start (or not to go on) that the person at the terminal can do something about: one sentence, shown
 * without a stack. Anything else that is thrown is a defect and is shown with its stack.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
