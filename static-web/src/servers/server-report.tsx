import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServerReport as Report } from "../../../shared/contracts/server-report.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { formatBytes, formatShare } from "../format.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Code } from "../ui/code.tsx";
import { Ago } from "../ui/time.tsx";

type Made = Extract<Report, { outcome: "made" }>;
type Asked = { kind: "made"; report: Made } | { kind: "said"; text: string };

function Proposed({ one }: { one: Made["proposed"][number] }): JSX.Element {
  return (
    <li>
      <Code text={`${one.statements.join(";\n")};`} label={one.cause.replaceAll("_", " ")} language="sql" />
      <p class="quiet">
        Saves {formatShare(one.savedShare)} of the statement time, takes {formatBytes(one.bytes)}
      </p>
    </li>
  );
}

function ForDevelopers({ problems }: { problems: Made["forDevelopers"] }): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <details class="more">
      <summary>For the developers, {problems.length}</summary>
      <ul class="plain-list">
        {problems.map(({ problem, recommendation, query }) => (
          <li key={query}>
            <p>
              {problem} {recommendation}
            </p>
            <Code text={query} label="Query" language="sql" />
          </li>
        ))}
      </ul>
    </details>
  );
}

type SaidOptions = { title: string; list: Made["refused"] };

function Said({ title, list }: SaidOptions): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <details class="more">
      <summary>
        {title}, {list.length}
      </summary>
      <ul class="plain-list">
        {list.map(({ what, because }) => (
          <li key={what}>
            <code>{what}</code>: {because}
          </li>
        ))}
      </ul>
    </details>
  );
}

function ReportView({ report }: { report: Made }): JSX.Element {
  const { proposed, statements, share, since, forDevelopers, refused, unplanned } = report;
  return (
    <div class="check-result">
      <p>
        <strong>
          {proposed.length === 0 ? "Nothing would have been proposed" : `Would have proposed ${proposed.length}`}
        </strong>
        , from {statements} statements that took {formatShare(share)} of the statement time counted since{" "}
        <Ago at={since} />. Nothing was changed.
      </p>
      <ul class="plain-list">
        {proposed.map((one) => (
          <Proposed key={one.statements.join()} one={one} />
        ))}
      </ul>
      <ForDevelopers problems={forDevelopers} />
      <Said title="Would have refused" list={refused} />
      <Said title="Could not be planned" list={unplanned} />
    </div>
  );
}

/** The first look at a server that was just shown to PgMedic: what it would have done so far, and what not, with the reasons. */
export function ServerReport({ serverId }: { serverId: string }): JSX.Element {
  const asked = useSignal<Asked | null>(null);
  const ask = async () => {
    asked.value = { kind: "said", text: "Reading what the server has counted, and planning it anew …" };
    const answer = await api.reportOn(serverId);
    if (!answer.ok) asked.value = { kind: "said", text: `${answer.problem.title}. ${adviceFor(answer.problem)}` };
    else if (answer.value.outcome === "failed")
      asked.value = { kind: "said", text: `It failed: ${answer.value.because}` };
    else asked.value = { kind: "made", report: answer.value };
  };
  return (
    <footer class="card-foot">
      <ActionButton text="What would it propose?" capability={can.reportOn(principal.value)} act={ask} />
      <div role="status" class="check-status">
        {asked.value === null ? null : asked.value.kind === "said" ? (
          <p>{asked.value.text}</p>
        ) : (
          <ReportView report={asked.value.report} />
        )}
      </div>
    </footer>
  );
}
