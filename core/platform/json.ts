/**
 * JSON that every queue takes: SQS has the whole of Unicode, and some engines that stand in for it have its first plane
 * alone. Characters beyond it, most emoji among them, are written as escapes, which is the same JSON.
 */
export const portable = (json: string): string =>
  json.replace(/[\u{10000}-\u{10ffff}]/gu, (character) =>
    Array.from({ length: 2 }, (_, index) => `\\u${character.charCodeAt(index).toString(16)}`).join(''),
  )
