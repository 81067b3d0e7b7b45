import type { JSX } from "preact";
import type { Diagnosis, Evidence } from "../../../shared/contracts/diagnosis.ts";
import { formatFigure, formatMs, formatTime } from "../format.ts";
import { Section } from "../ui/facts.tsx";
import { factInWords } from "./fact-words.ts";

function EvidenceItem({ evidence }: { evidence: Evidence }): JSX.Element {
  return (
    <li id={`evidence-${evidence.id}`} class="evidence" tabIndex={-1}>
      <p>
        <span class="reference">{evidence.id}</span> {evidence.summary} <code class="source">{evidence.source}</code>
      </p>
      <dl class="evidence-facts">
        {Object.entries(evidence.facts)
          .map(([name, value]) => factInWords(name, value))
          .map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </li>
  );
}

function Footnote({ diagnosis }: { diagnosis: Diagnosis }): JSX.Element {
  const { interval, cost, durationMs, load } = diagnosis;
  const basis = interval.basis === "last_snapshot" ? "since the last snapshot" : "from two samples taken on the spot";
  const reads = cost.buffers === null ? "" : `, ${formatFigure(cost.buffers)} buffers`;
  return (
    <p class="quiet">
      Looked at {formatTime(interval.from)}–{formatTime(interval.to)} UTC, {basis}. Found in {formatMs(durationMs)}; it
      cost the server {cost.statements} statements, {formatMs(cost.totalMs)}
      {reads}. Load then: {load}.
    </p>
  );
}

/** What was observed, and what observing it cost. */
export function EvidenceSection({ diagnosis }: { diagnosis: Diagnosis }): JSX.Element {
  return (
    <Section id="evidence" title="Evidence">
      <ul class="evidence-list">
        {diagnosis.evidence.map((one) => (
          <EvidenceItem key={one.id} evidence={one} />
        ))}
      </ul>
      <Footnote diagnosis={diagnosis} />
    </Section>
  );
}
