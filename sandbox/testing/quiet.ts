/**
 * The clients under test use libsignal as it is, and that prints whole sessions. These lines are kept out of the
 * tests' output; whatever else is printed comes through.
 */
const { console } = globalThis
const CHATTER =
  /^(Closing|Opening|Session|Removing old closed session|Failed to decrypt|Decrypted message with)/

for (const level of ['log', 'info', 'warn', 'error'] as const) {
  const print = console[level].bind(console)
  console[level] = (...words: unknown[]) => {
    if (typeof words[0] !== 'string' || !CHATTER.test(words[0])) print(...words)
  }
}
