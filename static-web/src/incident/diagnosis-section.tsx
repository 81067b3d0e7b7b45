import type { JSX } from "preact";
import type { Diagnosis, Evidence, Finding } from "../../../shared/contracts/diagnosis.ts";
import { formatFigure, formatMs, formatShare, formatTime } from "../format.ts";
import { inWords, type Label } from "../labels.ts";
import { Chip } from "../ui/chip.tsx";
import { Section } from "../ui/facts.tsx";

function verdictOf(diagnosis: Diagnosis): Label {
  if (diagnosis.verdict === "cause") return { text: `Cause: ${inWords(diagnosis.cause)}`, tone: "busy" };
  if (diagnosis.verdict === "healthy") return { text: "Nothing is wrong", tone: "good" };
  return { text: "Not explained", tone: "waiting" };
}

type FindingsOptions = { title: string; list: readonly Finding[]; tone: "for" | "against" };

function Findings({ title, list, tone }: FindingsOptions): JSX.Element {
  return (
    <div class={`findings ${tone}`}>
      <h3>{title}</h3>
      {list.length === 0 ? <p class="quiet">None.</p> : null}
      <ul>
        {list.map(({ id, statement, evidenceIds }) => (
          <li key={id}>
            {statement}{" "}
            {evidenceIds.map((evidenceId) => (
              <a key={evidenceId} class="reference" href={`#evidence-${evidenceId}`}>
                {evidenceId}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

const factInWords = (value: Evidence["facts"][string]): string => {
  if (typeof value === "number") return formatFigure(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value ?? "unknown";
};

function EvidenceItem({ evidence }: { evidence: Evidence }): JSX.Element {
  return (
    <li id={`evidence-${evidence.id}`} class="evidence" tabIndex={-1}>
      <p>
        <span class="reference">{evidence.id}</span> {evidence.summary} <code class="source">{evidence.source}</code>
      </p>
      <dl class="evidence-facts">
        {Object.entries(evidence.facts).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{factInWords(value)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function Confidence({ confidence }: Pick<Diagnosis, "confidence">): JSX.Element {
  const parts = [
    { name: "Own assessment", share: confidence.self },
    { name: "Second opinion", share: confidence.validator },
    { name: "Past incidents", share: confidence.retrieval },
    { name: "Amount of evidence", share: confidence.evidence },
  ];
  return (
    <div class="confidence">
      <p>
        <strong class="big">{formatShare(confidence.composite)}</strong> confidence
      </p>
      <ul>
        {parts.map(({ name, share }) => (
          <li key={name}>
            <span>{name}</span>
            <span class="meter" aria-hidden="true">
              <span style={{ width: `${(share ?? 0) * 100}%` }} />
            </span>
            <span>{share === null ? "not run" : formatShare(share)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Rejected({ list }: { list: Diagnosis["rejected"] }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <>
      <h3>Considered and rejected</h3>
      <ul class="rejected">
        {list.map(({ what, because }) => (
          <li key={what}>
            <span class="rejected-what">{what}</span>
            <span class="rejected-why">{because}</span>
          </li>
        ))}
      </ul>
    </>
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

/** Why PgMedic believes what it believes, and what speaks against it. */
export function DiagnosisSection({ diagnosis }: { diagnosis: Diagnosis }): JSX.Element {
  const { findings, evidence, rejected, confidence, summary } = diagnosis;
  return (
    <Section id="diagnosis" title="Diagnosis" aside={<Chip {...verdictOf(diagnosis)} />}>
      <p class="lead">{summary}</p>
      <div class="two-columns">
        <Findings title="Findings for" tone="for" list={findings.filter(({ stance }) => stance === "for")} />
        <Findings
          title="Findings against"
          tone="against"
          list={findings.filter(({ stance }) => stance === "against")}
        />
      </div>
      <Confidence confidence={confidence} />
      <Rejected list={rejected} />
      {diagnosis.verdict === "unexplained" && diagnosis.recommendations.length > 0 ? (
        <>
          <h3>What a person could look at next</h3>
          <ul class="plain-list">
            {diagnosis.recommendations.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      ) : null}
      <h3>Evidence</h3>
      <ul class="evidence-list">
        {evidence.map((one) => (
          <EvidenceItem key={one.id} evidence={one} />
        ))}
      </ul>
      <Footnote diagnosis={diagnosis} />
    </Section>
  );
}
