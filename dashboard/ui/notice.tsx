/** Short words in the place of what is not there: it failed, it is loading, there is nothing. */
import type { ComponentChildren } from 'preact'
import type { Loaded } from '../api/use.ts'
import { Button } from './button.tsx'

export const Problem = ({ error }: { error: Error | undefined }) =>
  error ? (
    <p class="notice problem" role="alert">
      {error.message}
    </p>
  ) : null

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>

/** What was loaded, or why it was not. */
export function Shown<T>({
  of: { data, error, reload },
  children,
}: {
  of: Loaded<T>
  children: (data: T) => ComponentChildren
}) {
  if (data !== undefined)
    return (
      <>
        <Problem error={error} />
        {children(data)}
      </>
    )
  if (!error)
    return (
      <p class="empty" role="status">
        Loading …
      </p>
    )
  return (
    <div class="notice problem" role="alert">
      <p>{error.message}</p>
      <Button onPress={reload}>Try again</Button>
    </div>
  )
}
