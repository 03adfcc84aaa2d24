/** A form whose submission is ours: nothing is ever posted by the browser itself. */
import type { ComponentChildren } from 'preact'

export const Form = ({
  onSubmit,
  label,
  className = 'form',
  children,
}: {
  onSubmit: () => void
  label?: string
  className?: string
  children: ComponentChildren
}) => (
  <form
    class={className}
    aria-label={label}
    onSubmit={(event) => {
      event.preventDefault()
      onSubmit()
    }}
  >
    {children}
  </form>
)
