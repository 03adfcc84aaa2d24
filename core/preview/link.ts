/** The first link of a text, as phones find it: an http or https address up to the next space, without what ends a sentence. */
export function linkIn(text: string): string | undefined {
  for (const [found] of text.matchAll(/https?:\/\/[^\s<>"]{1,2000}/gi)) {
    const url = found.replace(/[.,;:!?'*_~)\]}]+$/, '')
    if (URL.parse(url)?.hostname) return url
  }
  return
}
