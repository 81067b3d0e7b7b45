import type { JSX } from "preact";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { formatFigure } from "../format.ts";
import { inWords } from "../labels.ts";
import { PathChip, SeverityChip, StateChip } from "../ui/chip.tsx";
import { Ago } from "../ui/time.tsx";

type Alert = IncidentDetail["alerts"][number];

function alertInWords({ rule, metric, value, threshold }: Alert): string {
  if (metric === null || value === null) return rule;
  const limit = threshold === null ? "" : ` (threshold ${formatFigure(threshold)})`;
  return `${rule}: ${inWords(metric)} at ${formatFigure(value)}${limit}`;
}

/** What happened where, how grave it is and how it stands. */
export function IncidentHead({ incident }: { incident: IncidentDetail }): JSX.Element {
  const [first, ...others] = incident.alerts;
  const more = others.length + incident.alertsLeftOut;
  return (
    <>
      <div class="chips">
        <StateChip state={incident.state} />
        <SeverityChip severity={incident.severity} />
        {incident.resolution === null ? null : <PathChip path={incident.resolution.path} />}
      </div>
      <p class="incident-note">
        <a href="/">{incident.serverId}</a> · opened <Ago at={incident.openedAt} />
        {first === undefined ? null : ` · ${alertInWords(first)}`}
        {more === 0 ? null : ` · ${more} more ${more === 1 ? "alert" : "alerts"} folded in`}
        {incident.alertResolvedAt === null ? null : (
          <>
            {" · alert resolved "}
            <Ago at={incident.alertResolvedAt} />
          </>
        )}
      </p>
    </>
  );
}
