import type { JSX } from "preact";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { Execution, RollBack, Verification } from "../../../shared/contracts/outcome.ts";
import { formatBytes, formatFigure, formatInstant, formatMs, formatPercent } from "../format.ts";
import { VERDICTS } from "../labels.ts";
import { BeforeAfter } from "../ui/before-after.tsx";
import { Chip } from "../ui/chip.tsx";
import { Code } from "../ui/code.tsx";
import { Facts, Section } from "../ui/facts.tsx";

function Figures({ verification }: { verification: Verification }): JSX.Element {
  return (
    <>
      <p class="lead">{verification.because}</p>
      {verification.basis === "statements" ? (
        <StatementFigures verification={verification} />
      ) : (
        <div class="figures">
          <BeforeAfter
            label={verification.measure}
            before={verification.before}
            after={verification.after}
            format={formatFigure}
          />
        </div>
      )}
    </>
  );
}

type OfStatements = { verification: Extract<Verification, { basis: "statements" }> };

function StatementFigures({ verification: { before, after, indexScans } }: OfStatements): JSX.Element {
  return (
    <>
      <div class="figures">
        <BeforeAfter label="Mean time" before={before.meanMs} after={after.meanMs} format={formatMs} />
        <BeforeAfter
          label="Blocks a call"
          before={before.blocksPerCall}
          after={after.blocksPerCall}
          format={formatFigure}
        />
        <BeforeAfter label="CPU" before={before.cpuPercent} after={after.cpuPercent} format={formatPercent} />
      </div>
      <p class="quiet">
        {formatFigure(before.calls)} calls before, {formatFigure(after.calls)} after; standard deviation{" "}
        {formatMs(before.stddevMs)} → {formatMs(after.stddevMs)}
        {indexScans === null ? "." : `; the index was used ${formatFigure(indexScans)} times.`}
      </p>
    </>
  );
}

function ExecutionFacts({ execution }: { execution: Execution }): JSX.Element {
  return (
    <Facts
      facts={[
        { name: "Executed", value: formatInstant(execution.startedAt) },
        { name: "Took", value: formatMs(execution.buildMs) },
        ...(execution.objectBytes === null ? [] : [{ name: "Size", value: formatBytes(execution.objectBytes) }]),
        { name: "Attempts", value: String(execution.attempts) },
        { name: "Fencing token", value: String(execution.fencingToken) },
        ...(execution.objectOid === null ? [] : [{ name: "Object id", value: String(execution.objectOid) }]),
      ]}
    />
  );
}

function RolledBack({ rollBack }: { rollBack: RollBack }): JSX.Element {
  return (
    <div class="rolled-back">
      <h3>{rollBack.done ? "Rolled back" : "The roll-back failed"}</h3>
      <p>{rollBack.because}</p>
      <Code text={rollBack.statement} label="Roll-back statement" language="sql" />
    </div>
  );
}

/** What was done and what it brought. */
export function OutcomeSection({ incident }: { incident: IncidentDetail }): JSX.Element | null {
  const { execution, verification, rollBack } = incident;
  if (execution === null) return null;
  const verdict = verification === null ? null : <Chip {...VERDICTS[verification.verdict]} />;
  return (
    <Section id="outcome" title="Execution and verification" aside={verdict}>
      {verification === null ? (
        <p class="lead">Executed. The statements are measured now; the figures appear here.</p>
      ) : (
        <Figures verification={verification} />
      )}
      {rollBack === null ? null : <RolledBack rollBack={rollBack} />}
      <ExecutionFacts execution={execution} />
    </Section>
  );
}
