import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { ReasoningTrace, TraceStep } from "../../../shared/contracts/reasoning-trace.ts";
import { api } from "../api.ts";
import { resource, useLive } from "../resource.ts";
import { Chip } from "../ui/chip.tsx";
import { Section } from "../ui/facts.tsx";
import { Ago } from "../ui/time.tsx";
import { View } from "../ui/view.tsx";

function Verdict({ verification }: Pick<ReasoningTrace, "verification">): JSX.Element {
  return (
    <Chip
      text={verification.intact ? "Chain intact" : "Chain broken"}
      tone={verification.intact ? "good" : "bad"}
      title={verification.detail}
    />
  );
}

function Step({ step: { sequence, at, what, said, parts, hash } }: { step: TraceStep }): JSX.Element {
  return (
    <li class="trace-step">
      <details class="more">
        <summary>
          {sequence}. {what}
        </summary>
        {said === "" ? null : <p>{said}</p>}
        {parts.map(({ title, lines }) => (
          <div key={title}>
            <h3>{title}</h3>
            <ul>
              {lines.map((line, place) => (
                <li key={place}>{line}</li>
              ))}
            </ul>
          </div>
        ))}
        <p class="quiet">
          <Ago at={at} /> · sealed as <code>{hash.slice(0, 12)}</code>
        </p>
      </details>
    </li>
  );
}

/** How the incident came to where it is, step by step, and whether that record is complete and unchanged. */
export function TraceSection({ incident }: { incident: IncidentDetail }): JSX.Element {
  const { incidentId } = incident;
  const shown = useMemo(() => resource(() => api.trace(incidentId)), [incidentId]);
  const loaded = useLive(shown, ({ kind, id }) => kind === "incident" && id === incidentId);
  const verdict = loaded.status === "done" ? <Verdict verification={loaded.value.verification} /> : null;
  return (
    <Section id="trace" title="How it came to this" aside={verdict}>
      <View of={loaded} what="trace" retry={shown.reload}>
        {({ steps, verification }) => (
          <>
            <p class="quiet">
              {verification.detail} ·{" "}
              <a href={`/api/incidents/${incidentId}/trace`} download={`${incidentId}-trace.json`}>
                Download
              </a>
            </p>
            {steps.length === 0 ? <p class="quiet">Nothing is recorded yet.</p> : null}
            <ol class="trace" aria-label="Steps">
              {steps.map((step) => (
                <Step key={step.sequence} step={step} />
              ))}
            </ol>
          </>
        )}
      </View>
    </Section>
  );
}
