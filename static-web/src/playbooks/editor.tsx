import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { FieldProblem } from "../../../shared/contracts/playbook-edit.ts";
import type { Checked } from "./check.ts";

type ListOptions = { title: string; list: readonly FieldProblem[]; tone: "bad" | "waiting" };

function Problems({ title, list, tone }: ListOptions): JSX.Element {
  return (
    <div class={`field-problems tone-${tone}`}>
      <p>
        <strong>{title}</strong>
      </p>
      <ul>
        {list.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Verdict({ checked }: { checked: Checked }): JSX.Element {
  switch (checked.status) {
    case "none":
      return <p class="quiet">Nothing is changed.</p>;
    case "checking":
      return <p class="quiet">Checking …</p>;
    case "good":
      return checked.warnings.length === 0 ? (
        <p class="quiet">It may be saved.</p>
      ) : (
        <Problems title="It may be saved. Worth knowing:" list={checked.warnings} tone="waiting" />
      );
    case "bad":
      return <Problems title="It cannot be saved yet:" list={checked.errors} tone="bad" />;
  }
}

export type EditorOptions = {
  text: string;
  checked: Checked;
  isOff: boolean;
  set: (text: string) => void;
  save: () => void;
  /** Buttons below the text. */
  children: ComponentChildren;
};

const isSaveKey = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean => key === "s" && (ctrlKey || metaKey);

/** The text of a playbook as it is kept, and beside it what is wrong with it. The tab key leaves it, as it leaves any field. */
export function Editor({ text, checked, isOff, set, save, children }: EditorOptions): JSX.Element {
  const id = useId();
  return (
    <div class="playbook-editor">
      <div class="form-field">
        <label htmlFor={id}>Text</label>
        <textarea
          id={id}
          rows={26}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          readOnly={isOff}
          value={text}
          aria-invalid={checked.status === "bad"}
          aria-describedby={`${id}-note`}
          onInput={(event) => set(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!isSaveKey(event)) return;
            event.preventDefault();
            save();
          }}
        />
        <p id={`${id}-note`} class="quiet">
          {isOff ? "YAML, as it is followed." : "YAML; comments stay. Ctrl+S saves, Tab leaves the text."}
        </p>
      </div>
      {isOff ? null : (
        <div class="editor-verdict" role="status" aria-label="Whether it may be saved" tabIndex={0}>
          <Verdict checked={checked} />
        </div>
      )}
      {children}
    </div>
  );
}
