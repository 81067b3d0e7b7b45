import type { JSX } from "preact";
import type { TimelineRow } from "../../../shared/contracts/api.ts";
import { formatMs, formatPercent, formatSpan, formatInstant } from "../format.ts";
import { timeline } from "../lists.ts";
import { useLive } from "../resource.ts";
import { incidentPath } from "../routes.ts";
import { BeforeAfter } from "../ui/before-after.tsx";
import { PathChip, SeverityChip, StateChip } from "../ui/chip.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty, View } from "../ui/view.tsx";
import { CalibrationSection } from "./calibration-section.tsx";

const lastedMs = ({ openedAt, closedAt }: TimelineRow): number | null =>
  closedAt === null ? null : Date.parse(closedAt) - Date.parse(openedAt);

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

function Totals({ rows }: { rows: readonly TimelineRow[] }): JSX.Element {
  const by = (path: TimelineRow["resolutionPath"]) => rows.filter((row) => row.resolutionPath === path).length;
  const half = median(rows.map(lastedMs).filter((ms) => ms !== null));
  const totals = [
    { name: "Incidents", figure: String(rows.length) },
    { name: "Human approved", figure: String(by("humanApproved")) },
    { name: "Autonomous", figure: String(by("autonomous")) },
    { name: "Median time to close", figure: half === null ? "–" : formatSpan(half) },
  ];
  return (
    <dl class="totals">
      {totals.map(({ name, figure }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function HowItEnded({ row }: { row: TimelineRow }): JSX.Element {
  const { resolutionPath, decidedBy, because } = row;
  if (resolutionPath === null) return <p>Still open.</p>;
  if (resolutionPath === "autonomous" && decidedBy === "PgMedic") {
    return (
      <p>
        Allowed by the phase that was <a href="/autonomy">earned</a>. {because}
      </p>
    );
  }
  if (resolutionPath === "autonomous") {
    return (
      <p>
        Allowed by a <a href="/instructions">standing instruction</a>. {because}
      </p>
    );
  }
  return (
    <p>
      {decidedBy === null ? "" : `Decided by ${decidedBy}. `}
      {because}
    </p>
  );
}

function Row({ row }: { row: TimelineRow }): JSX.Element {
  const lasted = lastedMs(row);
  return (
    <li class={`moment path-${row.resolutionPath ?? "open"}`}>
      <span class="moment-dot" aria-hidden="true" />
      <article class="moment-card" aria-labelledby={`moment-${row.incidentId}`}>
        <header class="moment-head">
          <div>
            <p class="quiet">
              {formatInstant(row.openedAt)} · {row.serverId}
              {lasted === null ? null : ` · closed after ${formatSpan(lasted)}`}
            </p>
            <h2 id={`moment-${row.incidentId}`}>
              <a href={incidentPath(row.incidentId)}>{row.title}</a>
            </h2>
          </div>
          <div class="chips">
            <SeverityChip severity={row.severity} />
            {row.resolutionPath === null ? <StateChip state={row.state} /> : <PathChip path={row.resolutionPath} />}
          </div>
        </header>
        <HowItEnded row={row} />
        {row.statement === null ? null : <code class="one-line">{row.statement}</code>}
        {row.meanMs === null && row.cpuPercent === null ? null : (
          <div class="figures">
            {row.meanMs === null ? null : <BeforeAfter label="Mean time" {...row.meanMs} format={formatMs} />}
            {row.cpuPercent === null ? null : <BeforeAfter label="CPU" {...row.cpuPercent} format={formatPercent} />}
          </div>
        )}
      </article>
    </li>
  );
}

export function TimelineScreen(): JSX.Element {
  const loaded = useLive(timeline, ({ kind }) => kind === "incident");
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Timeline" />
        <p class="page-note">Every incident and how it ended</p>
      </header>
      <View of={loaded} what="timeline" retry={timeline.reload}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="Nothing has happened yet">
              Every incident appears here, with who or what resolved it and what it brought.
            </Empty>
          ) : (
            <>
              <Totals rows={rows} />
              <CalibrationSection />
              <ol class="moments" aria-label="Incidents, newest first">
                {rows.map((row) => (
                  <Row key={row.incidentId} row={row} />
                ))}
              </ol>
            </>
          )
        }
      </View>
    </div>
  );
}
