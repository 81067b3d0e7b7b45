import type { JSX } from "preact";
import type { IncidentSummary } from "../../../shared/contracts/api.ts";
import { inWords } from "../labels.ts";
import { incidentPath } from "../routes.ts";
import { PathChip, SeverityChip, StateChip } from "../ui/chip.tsx";
import { Ago } from "../ui/time.tsx";

/** One incident in a list: what, where, since when, and how it stands. */
export function IncidentRow({ incident }: { incident: IncidentSummary }): JSX.Element {
  const { incidentId, title, serverId, severity, state, openedAt, resolutionPath, cause, statement } = incident;
  return (
    <li class={`row ${state === "awaitingApproval" ? "is-waiting" : ""}`}>
      <SeverityChip severity={severity} />
      <div class="row-main">
        <a class="row-title" href={incidentPath(incidentId)}>
          {title}
        </a>
        <p class="row-note">
          {serverId}
          {cause === null ? null : ` · ${inWords(cause)}`}
          {statement === null ? null : (
            <>
              {" · "}
              <code>{statement}</code>
            </>
          )}
        </p>
      </div>
      <div class="row-chips">
        {resolutionPath === null ? <StateChip state={state} /> : <PathChip path={resolutionPath} />}
      </div>
      <span class="row-age">
        <span class="visually-hidden">opened </span>
        <Ago at={openedAt} />
      </span>
    </li>
  );
}
