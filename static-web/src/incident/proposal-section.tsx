import type { JSX } from "preact";
import type { ProposedAction } from "../../../shared/contracts/proposal.ts";
import { formatBytes, formatCount, formatShare } from "../format.ts";
import { RISKS } from "../labels.ts";
import { Code } from "../ui/code.tsx";
import { Facts, Section, type Fact } from "../ui/facts.tsx";
import { Icon } from "../ui/icons.tsx";
import { Until } from "../ui/time.tsx";

function tableFacts({ tableRows, tableBytes, estimatedBytes }: ProposedAction["blastRadius"]): Fact[] {
  return [
    { name: "Table size", value: `${formatCount(tableRows)} rows, ${formatBytes(tableBytes)}` },
    ...(estimatedBytes === 0 ? [] : [{ name: "Needs about", value: formatBytes(estimatedBytes) }]),
  ];
}

function factsOf({ blastRadius, riskClass, minimumGain, approvalsNeeded, expiresAt }: ProposedAction): Fact[] {
  return [
    { name: "Risk class", value: `${RISKS[riskClass].text}: ${RISKS[riskClass].means}` },
    { name: "Touches", value: `${blastRadius.relation} in ${blastRadius.database}` },
    ...(blastRadius.relationOid === null ? [] : tableFacts(blastRadius)),
    { name: "Lock", value: blastRadius.lock },
    ...(minimumGain === 0
      ? []
      : [{ name: "Must still save", value: `${formatShare(minimumGain)} of the plan cost when it is executed` }]),
    ...(approvalsNeeded === 1 ? [] : [{ name: "Must agree", value: "two different people" }]),
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
      {proposal.inverse === null ? (
        <p class="quiet">Nothing takes this back.</p>
      ) : (
        <Code text={proposal.inverse.statement} label="Inverse, run if it does not help" language="sql" />
      )}
      {proposal.migration === null ? null : (
        <details class="more">
          <summary>Migration for your repository</summary>
          <p class="quiet">What your migrations do not know may be undone by the next deployment. Add this to them.</p>
          <Code text={proposal.migration} label="Migration SQL" language="sql" />
        </details>
      )}
    </Section>
  );
}
