import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { BaselineMetric, BaselinesView, MetricNow } from "../../../shared/contracts/baseline.ts";
import { adviceFor, api } from "../api.ts";
import { formatFigure } from "../format.ts";
import { resource, useLive } from "../resource.ts";
import { incidentPath } from "../routes.ts";
import { Chip } from "../ui/chip.tsx";
import { Ago } from "../ui/time.tsx";

/** A minute is read once a minute. */
const REFRESH_MS = 60_000;

const METRICS: Record<BaselineMetric, string> = {
  latency: "Mean statement time",
  traffic: "Statements a second",
  errors: "Rolled back transactions",
  deadlocks: "Deadlocks",
  connections: "Connections in use",
  cpu: "CPU",
  memory: "Memory",
  storage: "Storage",
};

const figureOf = (value: number | null, unit: string): string =>
  value === null ? "–" : `${formatFigure(value)} ${unit}`;

const CHART = { width: 96, height: 20 };

/** What is usual in each hour of today. The figures of now stand beside it. */
function Day({ metric, day, unit }: MetricNow): JSX.Element | null {
  const known = day.filter((value) => value !== null);
  const most = Math.max(...known, 0);
  if (known.length < 2 || most === 0) return null;
  const points = day.flatMap((value, hour) =>
    value === null ? [] : [`${(hour / 23) * CHART.width},${CHART.height - (value / most) * (CHART.height - 2) - 1}`],
  );
  const label = `${METRICS[metric]} on a day like this: from ${figureOf(Math.min(...known), unit)} to ${figureOf(most, unit)}`;
  return (
    <svg class="day-chart" viewBox={`0 0 ${CHART.width} ${CHART.height}`} role="img" aria-label={label}>
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" />
    </svg>
  );
}

function Figures({ metrics }: Pick<BaselinesView, "metrics">): JSX.Element {
  return (
    <table class="baselines">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Now</th>
          <th scope="col">Usual</th>
          <th scope="col">Unusual from</th>
          <th scope="col">Today</th>
        </tr>
      </thead>
      <tbody>
        {metrics.map((one) => (
          <tr key={one.metric}>
            <th scope="row">{METRICS[one.metric]}</th>
            <td>{figureOf(one.value, one.unit)}</td>
            <td>{figureOf(one.usual, one.unit)}</td>
            <td>{figureOf(one.limit, one.unit)}</td>
            <td>
              <Day {...one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Anomaly = BaselinesView["anomalies"][number];

function Deviation({ anomaly }: { anomaly: Anomaly }): JSX.Element {
  const { said, since, endedAt, ending, incidentId } = anomaly;
  const end = { normal: "normal again", adopted: "taken as the new normal", lapsed: "not seen any more" };
  return (
    <li>
      {incidentId === null ? said : <a href={incidentPath(incidentId)}>{said}</a>}{" "}
      <span class="quiet">
        {endedAt === null || ending === null ? (
          <Ago at={since} />
        ) : (
          <>
            {end[ending]} <Ago at={endedAt} />
          </>
        )}
      </span>
    </li>
  );
}

function Standing({ view }: { view: BaselinesView }): JSX.Element {
  const open = view.anomalies.filter(({ endedAt }) => endedAt === null);
  if (view.state === "off") return <p class="quiet">Nothing is detected here: detection is switched off.</p>;
  return (
    <>
      {open.length > 0 ? (
        <>
          <Chip text="Deviates" tone="waiting" />
          <ul class="plain-list">
            {open.map((anomaly) => (
              <Deviation key={`${anomaly.kind} ${anomaly.subject}`} anomaly={anomaly} />
            ))}
          </ul>
        </>
      ) : null}
      {view.state === "learning" ? (
        <p>
          <Chip text="Learning" tone="neutral" /> {view.hours} of {view.hoursNeeded} hours: until then only what ends by
          itself is told of.
        </p>
      ) : null}
      {view.state === "quiet" ? (
        <p>
          <Chip text="Waiting" tone="neutral" /> Nothing is judged for some minutes after a restart, a reset or a gap.
        </p>
      ) : null}
      {view.state === "watching" && open.length === 0 ? (
        <p>
          <Chip text="Normal" tone="good" /> As usual for this hour.
        </p>
      ) : null}
    </>
  );
}

function Trend({ projection }: Pick<BaselinesView, "projection">): JSX.Element | null {
  if (projection === null) return null;
  const { percent, perDay, limit, days } = projection;
  const where = days === null || days > 365 ? "" : `: ${limit} % in ${formatFigure(days)} days`;
  return (
    <p class="quiet">
      Storage is {formatFigure(percent)} % full and changes by {formatFigure(perDay)} points a day{where}.
    </p>
  );
}

/** Whether a server is as it usually is in this hour, and what deviates. */
export function ServerBaselines({ serverId }: { serverId: string }): JSX.Element {
  const shown = useMemo(() => resource(() => api.baselines(serverId)), [serverId]);
  const loaded = useLive(shown, ({ kind, id }) => kind === "incident" || id === serverId);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void shown.reload();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [shown]);
  if (loaded.status === "loading") return <footer class="card-foot">Looking at what is usual …</footer>;
  if (loaded.status === "failed")
    return (
      <footer class="card-foot">
        <p>
          {loaded.problem.title}. {adviceFor(loaded.problem)}
        </p>
      </footer>
    );
  const view = loaded.value;
  const over = view.anomalies.filter(({ endedAt }) => endedAt !== null);
  return (
    <footer class="card-foot">
      <Standing view={view} />
      {view.metrics.length === 0 ? null : (
        <details class="more">
          <summary>What is usual now</summary>
          <Figures metrics={view.metrics} />
          <Trend projection={view.projection} />
        </details>
      )}
      {over.length === 0 ? null : (
        <details class="more">
          <summary>What deviated lately, {over.length}</summary>
          <ul class="plain-list">
            {over.map((anomaly) => (
              <Deviation key={`${anomaly.kind} ${anomaly.subject} ${anomaly.since}`} anomaly={anomaly} />
            ))}
          </ul>
        </details>
      )}
    </footer>
  );
}
