/** A choice of a few, by the browser's own control: it works on every phone and with every screen reader. */

export interface ChooseProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly (readonly [value: T, text: string])[];
}

export function Choose<T extends string>({ label, value, onChange, options }: ChooseProps<T>) {
  return (
    <select
      className="choose"
      aria-label={label}
      title={label}
      value={value}
      onChange={({ target }) => {
        const chosen = options.find(([one]) => one === target.value);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}
