/** Choosing one of a few by pressing it. */
export const OneOf = <Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string
  options: readonly (readonly [Value, string])[]
  value: Value
  onChange: (value: Value) => void
}) => (
  <fieldset class="one-of">
    <legend class="hidden">{label}</legend>
    {options.map(([one, text]) => (
      <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>
        {text}
      </button>
    ))}
  </fieldset>
)
