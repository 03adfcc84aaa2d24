/** Where one is: what stands behind `#` in the address. It never leaves the browser, and back and forward work. */
import { useLayoutEffect, useState } from 'preact/hooks'

/** `#/sessions/ab%2Fc/chats` is `['sessions', 'ab/c', 'chats']`. */
export type Route = string[]

const read = (): Route => {
  try {
    return location.hash
      .replace(/^#?\/?/, '')
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent)
  } catch {
    // Somebody wrote a stray percent sign: that is nowhere.
    return []
  }
}

export const hrefOf = (...route: Route): string => `#/${route.map(encodeURIComponent).join('/')}`

export const go = (...route: Route): void => {
  location.hash = hrefOf(...route)
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read)
  useLayoutEffect(() => {
    const follow = () => setRoute(read())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}
