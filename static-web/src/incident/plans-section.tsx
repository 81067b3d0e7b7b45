import type { JSX } from "preact";
import type { ProposedAction, TargetStatement } from "../../../shared/contracts/proposal.ts";
import { formatChange, formatFigure, formatMs, formatShare } from "../format.ts";
import { BeforeAfter } from "../ui/before-after.tsx";
import { Code } from "../ui/code.tsx";
import { Section } from "../ui/facts.tsx";

function Target({ target }: { target: TargetStatement }): JSX.Element {
  const { before, after } = target;
  return (
    <article class="target">
      <Code text={target.query} label={`Statement ${target.queryId}`} language="sql" />
      <p class="quiet">
        {formatFigure(target.callsPerSecond)} calls/s · mean {formatMs(target.meanMs)} ·{" "}
        {formatFigure(target.blocksPerCall)} blocks a call · {formatShare(target.shareOfTime)} of the server's time
      </p>
      <div class="plans">
        <Code
          text={before.text}
          label={`Plan before, cost ${formatFigure(before.cost)}`}
          language="plan"
          copyable={false}
        />
        <Code
          text={after.text}
          label={`Plan after, cost ${formatFigure(after.cost)}`}
          language="plan"
          copyable={false}
        />
      </div>
      <BeforeAfter label="Plan cost" before={before.cost} after={after.cost} format={formatFigure} />
    </article>
  );
}

/** What the planner would do with the change, statement by statement. */
export function PlansSection({ proposal }: { proposal: ProposedAction }): JSX.Element | null {
  if (proposal.whatIf === null) return null;
  const { before, after, method } = proposal.whatIf;
  return (
    <Section
      id="plans"
      title="Plans before and after"
      aside={<strong class="change tone-good">{formatChange(before, after)}</strong>}
    >
      <p class="quiet">How this was found out: {method}.</p>
      {proposal.targets.map((target) => (
        <Target key={target.queryId} target={target} />
      ))}
    </Section>
  );
}
