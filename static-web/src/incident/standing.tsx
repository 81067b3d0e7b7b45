import type { JSX } from "preact";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { IncidentState } from "../../../shared/contracts/incident.ts";
import { formatSpan } from "../format.ts";
import { PathChip } from "../ui/chip.tsx";

// One sentence for each state in which nobody is asked.
const SENTENCES: Record<IncidentState, string> = {
  received: "The alert is stored; its run is about to be dispatched.",
  dispatched: "A run is dispatched and waits for its turn on the server.",
  investigating: "PgMedic compares the server's statistics with the last snapshot. A proposal usually takes seconds.",
  // Where nobody has decided yet, the question itself is shown instead.
  awaitingApproval: "Decided. PgMedic takes it up in a moment.",
  executing: "PgMedic checks the guardrails again and runs the statement on the server.",
  verifying: "The change is in place. PgMedic measures whether it helped.",
  resolved: "Resolved and verified.",
  handedOff: "PgMedic has nothing safe to do here and hands over what it found.",
  dismissed: "Nothing was changed.",
  failed: "The change could not be carried out.",
  rolledBack: "The change did not help and was taken back.",
  expired: "Nobody decided in time. Nothing was changed.",
};

const isWorking = (state: IncidentState): boolean =>
  ["received", "dispatched", "investigating", "executing", "verifying"].includes(state);

/** How the incident stands, in a sentence or two. */
export function Standing({ incident }: { incident: IncidentDetail }): JSX.Element {
  const { state, resolution, openedAt } = incident;
  if (resolution === null) {
    return (
      <p class={isWorking(state) ? "standing is-working" : "standing"} role="status">
        {SENTENCES[state]}
      </p>
    );
  }
  return (
    <div class="standing">
      <p>
        <PathChip path={resolution.path} />
      </p>
      <p>{resolution.because}</p>
      <p class="quiet">Closed {formatSpan(Date.parse(resolution.at) - Date.parse(openedAt))} after it was opened.</p>
    </div>
  );
}
