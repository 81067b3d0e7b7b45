import type { JSX } from "preact";
import { PATHS, SEVERITIES, STATES, type Label, type Tone } from "../labels.ts";
import type { ResolutionPath } from "../../../shared/contracts/outcome.ts";
import type { IncidentState } from "../../../shared/contracts/incident.ts";
import type { Severity } from "../../../shared/contracts/primitives.ts";

/** A word of a closed set, coloured by what it means. The word says it all: the colour only repeats it. */
export function Chip({ text, tone, title }: Label & { title?: string }): JSX.Element {
  return (
    <span class={`chip tone-${tone}`} title={title}>
      <span class="dot" aria-hidden="true" />
      {text}
    </span>
  );
}

export const StateChip = ({ state }: { state: IncidentState }): JSX.Element => <Chip {...STATES[state]} />;

export const PathChip = ({ path }: { path: ResolutionPath }): JSX.Element => <Chip {...PATHS[path]} />;

export function SeverityChip({ severity }: { severity: Severity }): JSX.Element {
  const { text, tone } = SEVERITIES[severity];
  return <span class={`severity tone-${tone}`}>{text}</span>;
}

export function Dot({ tone }: { tone: Tone }): JSX.Element {
  return <span class={`dot tone-${tone}`} aria-hidden="true" />;
}
