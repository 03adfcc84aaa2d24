/** Where the token is kept: in this tab, until it is closed or somebody signs out. Nowhere else. */

const NAME = 'linekeeper.token'

export const readToken = (): string | undefined => sessionStorage.getItem(NAME) ?? undefined
export const keepToken = (token: string): void => sessionStorage.setItem(NAME, token)
export const forgetToken = (): void => sessionStorage.removeItem(NAME)
