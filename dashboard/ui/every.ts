/** Doing something again and again while the page is looked at. */
import { useEffect, useRef } from 'preact/hooks'

export function useEvery(milliseconds: number, act: () => void): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current()
    }, milliseconds)
    return () => clearInterval(timer)
  }, [milliseconds])
}
