import type { JSX } from "preact";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { stepsOf, type StepState } from "./progress.ts";

const SAID: Record<StepState, string> = {
  done: "done",
  current: "in progress",
  skipped: "not needed",
  todo: "to come",
};

export function Steps({ incident }: { incident: IncidentDetail }): JSX.Element {
  return (
    <ol class="steps" aria-label="Progress">
      {stepsOf(incident).map(({ name, state }) => (
        <li key={name} class={`step ${state}`} aria-current={state === "current" ? "step" : undefined}>
          <span class="step-mark" aria-hidden="true" />
          <span class="step-name">{name}</span>
          <span class="visually-hidden">: {SAID[state]}</span>
        </li>
      ))}
    </ol>
  );
}
