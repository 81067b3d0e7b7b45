import type { JSX } from "preact";
import { useId } from "preact/hooks";

type FieldOptions = {
  label: string;
  value: string;
  set: (value: string) => void;
  /** What is wrong with it; nothing where all is well. */
  problem?: string | undefined;
  hint?: string;
};

type Described = { id: string; "aria-invalid": boolean; "aria-describedby": string };
type FrameOptions = Omit<FieldOptions, "value" | "set"> & { control: (described: Described) => JSX.Element };

/** A label with its control, and below it what is wrong, or how to fill it in. */
function Frame({ label, problem, hint, control }: FrameOptions): JSX.Element {
  const id = useId();
  return (
    <div class="form-field">
      <label htmlFor={id}>{label}</label>
      {control({ id, "aria-invalid": problem !== undefined, "aria-describedby": `${id}-note` })}
      <p id={`${id}-note`} class={problem === undefined ? "quiet" : "wrong"}>
        {problem ?? hint ?? ""}
      </p>
    </div>
  );
}

export function TextField({ value, set, isOff = false, ...frame }: FieldOptions & { isOff?: boolean }): JSX.Element {
  return (
    <Frame
      {...frame}
      control={(described) => (
        <input
          {...described}
          value={value}
          readOnly={isOff}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function LinesField({ value, set, ...frame }: FieldOptions): JSX.Element {
  return (
    <Frame
      {...frame}
      control={(described) => (
        <textarea
          {...described}
          rows={3}
          spellcheck={false}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function SelectField({
  value,
  set,
  choices,
  ...frame
}: FieldOptions & { choices: Readonly<Record<string, string>> }): JSX.Element {
  return (
    <Frame
      {...frame}
      control={(described) => (
        <select {...described} value={value} onChange={(event) => set(event.currentTarget.value)}>
          {Object.entries(choices).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

type CheckOptions = { label: string; isOn: boolean; set: (isOn: boolean) => void };

export function CheckField({ label, isOn, set }: CheckOptions): JSX.Element {
  return (
    <label class="check-field">
      <input type="checkbox" checked={isOn} onChange={(event) => set(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
