/** A page inside of the frame. When it appears, its heading gets the focus, so that a screen reader says where one is. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { LiveState } from '../live.ts'

export function PageHead({
  title,
  aside,
  children,
}: {
  title: string
  /** Beside the title: a status, for example. */
  aside?: ComponentChildren
  /** What one can do here. */
  children?: ComponentChildren
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    document.title = `${title} · Linekeeper`
  }, [title])
  // Before anything is painted: a key that is typed at once must not go to the page that was left.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <header class="head">
      <div class="row">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </div>
      {children && <div class="row">{children}</div>}
    </header>
  )
}

const LIVE_WORDS: Partial<Record<LiveState, string>> = {
  connecting: 'Connecting …',
  waiting: 'Not live: trying again',
}

/** Says when what is shown may be behind, and that it is not. */
export const Liveness = ({ state }: { state: LiveState }) => (
  <span class={`liveness ${state === 'live' ? 'on' : ''}`} role="status">
    {LIVE_WORDS[state] ?? 'Live'}
  </span>
)
