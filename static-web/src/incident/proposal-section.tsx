import type { JSX } from "preact";
import type { ProposedAction } from "../../../shared/contracts/proposal.ts";
import { formatBytes, formatCount, formatShare } from "../format.ts";
import { RISKS } from "../labels.ts";
import { Code } from "../ui/code.tsx";
import { Facts, Section, type Fact } from "../ui/facts.tsx";
import { Icon } from "../ui/icons.tsx";
import { Until } from "../ui/time.tsx";

function factsOf({ blastRadius, riskClass, minimumGain, expiresAt }: ProposedAction): Fact[] {
  return [
    { name: "Risk class", value: `${RISKS[riskClass].text}: ${RISKS[riskClass].means}` },
    { name: "Table", value: `${blastRadius.relation} in ${blastRadius.database}` },
    { name: "Table size", value: `${formatCount(blastRadius.tableRows)} rows, ${formatBytes(blastRadius.tableBytes)}` },
    { name: "Needs about", value: formatBytes(blastRadius.estimatedBytes) },
    { name: "Lock", value: blastRadius.lock },
    { name: "Must still save", value: `${formatShare(minimumGain)} of the plan cost when it is executed` },
    { name: "Expires", value: <Until at={expiresAt} /> },
  ];
}

function Preconditions({ list }: { list: ProposedAction["preconditions"] }): JSX.Element {
  return (
    <>
      <h3>Preconditions</h3>
      <ul class="checks">
        {list.map(({ id, label, holds, observed }) => (
          <li key={id} class={holds ? "holds" : "fails"}>
            <Icon name={holds ? "check" : "cross"} />
            <div>
              <span class="visually-hidden">{holds ? "Holds: " : "Does not hold: "}</span>
              {label} <span class="quiet">{observed}</span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The one action that is proposed: what runs, what it touches, and how it is taken back. */
export function ProposalSection({ proposal }: { proposal: ProposedAction }): JSX.Element {
  const round = proposal.round === 1 ? null : <span class="quiet">round {proposal.round}</span>;
  return (
    <Section id="proposal" title="Proposal" aside={round}>
      <Code text={proposal.statement} label="Statement" language="sql" />
      <div class="two-columns">
        <div>
          <h3>Blast radius</h3>
          <Facts facts={factsOf(proposal)} />
          <p class="quiet">{proposal.blastRadius.note}</p>
        </div>
        <div>
          <Preconditions list={proposal.preconditions} />
        </div>
      </div>
      <Code text={proposal.inverse.statement} label="Inverse, run if it does not help" language="sql" />
      <details class="more">
        <summary>Migration for your repository</summary>
        <p class="quiet">
          An index that your migrations do not know is dropped by the next deployment. Add this to them.
        </p>
        <Code text={proposal.migration} label="Migration SQL" language="sql" />
      </details>
    </Section>
  );
}
