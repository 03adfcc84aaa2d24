/** Questions that have to be answered first. The browser's own dialog keeps the focus inside and closes on Escape. */
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { Api } from '../api/client.ts'
import { useAction } from '../api/use.ts'
import { Button } from './button.tsx'
import { Problem } from './notice.tsx'

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  children: ComponentChildren
}) {
  const place = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Opened and closed with the element itself. A passive effect leaves the focus nowhere for a frame.
  useLayoutEffect(() => {
    const dialog = place.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={place}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

/** Asks before it does what cannot be undone. */
export function Confirm({
  title,
  verb,
  act,
  onClose,
  children,
}: {
  title: string
  /** What the button says that does it. */
  verb: string
  act: (api: Api) => Promise<void>
  onClose: () => void
  children: ComponentChildren
}) {
  const action = useAction(act)
  const confirm = async () => {
    if (await action.run()) onClose()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <Problem error={action.error} />
      <div class="row end">
        <Button onPress={onClose}>Cancel</Button>
        <Button kind="danger" isBusy={action.isBusy} onPress={() => void confirm()}>
          {verb}
        </Button>
      </div>
    </Dialog>
  )
}
