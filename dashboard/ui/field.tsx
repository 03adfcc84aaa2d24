/** What can be filled in: each with a label that belongs to it, and a hint that is read along. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

type Common = { label: string; hint?: ComponentChildren; isLabelHidden?: boolean }

export function Field({
  label,
  hint,
  isLabelHidden = false,
  value,
  onChange,
  type = 'text',
  ...more
}: Common & {
  value: string
  onChange: (value: string) => void
  type?: 'text' | 'password' | 'number' | 'tel' | 'url' | 'search'
  required?: boolean
  min?: number
  max?: number
  maxLength?: number
  placeholder?: string
  autofocus?: boolean
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'hidden' : undefined}>
        {label}
      </label>
      <input
        {...more}
        id={id}
        // Preact ties roles to types; any of ours would do.
        type={type as 'text'}
        value={value}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {hint && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
    </div>
  )
}

export function Choice<Value extends string>({
  label,
  isLabelHidden = false,
  value,
  options,
  onChange,
}: Common & {
  value: Value
  options: readonly (readonly [Value, string])[]
  onChange: (value: Value) => void
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'hidden' : undefined}>
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

export function Check({
  label,
  hint,
  isOn,
  onChange,
}: Common & { isOn: boolean; onChange: (isOn: boolean) => void }) {
  const id = useId()
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <small id={`${id}-hint`} class="hint">
            {hint}
          </small>
        )}
      </div>
    </div>
  )
}
