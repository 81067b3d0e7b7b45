import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { Insight } from "../../../shared/contracts/diagnostic-run.ts";
import type { NextAction } from "../../../shared/contracts/log-triage.ts";
import { api, adviceFor } from "../api.ts";
import { can } from "../can.ts";
import { formatTime } from "../format.ts";
import { notify } from "../notices.ts";
import { resource, useLive } from "../resource.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Section } from "../ui/facts.tsx";
import { View } from "../ui/view.tsx";

const MOST_ROWS = 20;
const MOST_COLUMNS = 8;

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
};

function Rows({ insight }: { insight: Insight }): JSX.Element {
  const { rows, rowCount, title, because } = insight;
  const [first] = rows;
  if (because !== null) return <p class="quiet">{because}</p>;
  if (first === undefined) return <p class="quiet">Nothing was found.</p>;
  const columns = Object.keys(first).slice(0, MOST_COLUMNS);
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table class="table">
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name.replaceAll("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row, at) => (
              <tr key={at}>
                {columns.map((name) => (
                  <td key={name}>{textOf(row[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rowCount > MOST_ROWS ? (
        <p class="quiet">
          The first {MOST_ROWS} of {rowCount}.
        </p>
      ) : null}
    </>
  );
}

function Found({ insights }: { insights: readonly Insight[] }): JSX.Element | null {
  if (insights.length === 0) return null;
  return (
    <ul class="plain-list">
      {insights.toReversed().map((insight) => (
        <li key={insight.insightId}>
          <details class="more" open={insight === insights.at(-1)}>
            <summary>
              {insight.title}, {formatTime(insight.at)}
            </summary>
            <Rows insight={insight} />
          </details>
        </li>
      ))}
    </ul>
  );
}

/** What may be looked at next, by name: each is a diagnostic of PgMedic's own, and there is no way to type SQL. */
export function FurtherSection({ incident }: { incident: IncidentDetail }): JSX.Element {
  const { incidentId } = incident;
  const shown = useMemo(() => resource(() => api.actions(incidentId)), [incidentId]);
  const loaded = useLive(shown, ({ kind, id }) => kind === "incident" && id === incidentId);
  const running = useSignal<string | null>(null);
  const run = async ({ actionId, parameters }: NextAction) => {
    running.value = actionId;
    const answer = await api.runAction(incidentId, actionId, parameters);
    running.value = null;
    if (!answer.ok) notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await shown.reload();
  };
  return (
    <Section id="further" title="Look further">
      <p class="quiet">
        Each is a diagnostic that PgMedic brings: it reads, with a time limit, and what it finds stays with the
        incident.
      </p>
      <View of={loaded} what="diagnostics" retry={shown.reload}>
        {({ nextActions, insights }) => (
          <>
            <div class="choices">
              {nextActions
                .filter(({ actionId }) => actionId !== "prompt_user")
                .slice(0, 6)
                .map((next) => (
                  <ActionButton
                    key={`${next.actionId} ${JSON.stringify(next.parameters)}`}
                    text={next.label}
                    capability={can.lookFurther(principal.value, running.value !== null)}
                    act={() => run(next)}
                  />
                ))}
            </div>
            <Found insights={insights} />
          </>
        )}
      </View>
    </Section>
  );
}
