/** Things to press. A busy one stays where the focus is and does nothing. */
import type { ComponentChildren } from 'preact'

export function Button({
  onPress,
  kind = 'plain',
  isBusy = false,
  submits = false,
  label,
  children,
}: {
  onPress?: () => void
  kind?: 'plain' | 'main' | 'danger'
  isBusy?: boolean
  submits?: boolean
  /** What it is called when its text alone does not say it. */
  label?: string
  children: ComponentChildren
}) {
  return (
    <button
      type={submits ? 'submit' : 'button'}
      class={`button ${kind}`}
      aria-disabled={isBusy}
      aria-label={label}
      onClick={(event) => {
        if (isBusy) event.preventDefault()
        else onPress?.()
      }}
    >
      {children}
    </button>
  )
}
