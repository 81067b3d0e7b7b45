import type { JSX } from "preact";
import type { Diagnosis, Finding } from "../../../shared/contracts/diagnosis.ts";
import { formatShare } from "../format.ts";
import { inWords, type Label } from "../labels.ts";
import { playbookPath } from "../routes.ts";
import { Chip } from "../ui/chip.tsx";
import { Section } from "../ui/facts.tsx";

function verdictOf(diagnosis: Diagnosis): Label {
  switch (diagnosis.verdict) {
    case "cause":
      return { text: `Cause: ${inWords(diagnosis.cause)}`, tone: "busy" };
    case "handoff":
      return { text: `Cause, for a person: ${inWords(diagnosis.cause)}`, tone: "waiting" };
    case "expected":
      return { text: "Expected load", tone: "good" };
    case "healthy":
      return { text: "Nothing is wrong", tone: "good" };
    case "unexplained":
      return { text: "Not explained", tone: "waiting" };
  }
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

/** A model's own look at the same evidence. Its words are shown as words: they decide nothing. */
function SecondOpinion({ opinion }: { opinion: Diagnosis["secondOpinion"] }): JSX.Element | null {
  if (opinion === undefined) return null;
  if (opinion.outcome === "unavailable")
    return (
      <p class="quiet">
        No second opinion: {opinion.model} was asked, but {opinion.why}.
      </p>
    );
  const said = opinion.cause === "none" ? "none of the causes is proven" : inWords(opinion.cause);
  return (
    <div class="opinion">
      <h3>Second opinion</h3>
      <p>
        <Chip
          {...(opinion.agrees
            ? { text: "Agrees", tone: "good" }
            : { text: "Differs: a person is asked", tone: "waiting" })}
        />{" "}
        {opinion.model}: {said}, {formatShare(opinion.confidence)} sure.
      </p>
      <blockquote>{opinion.because}</blockquote>
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

function AlsoFound({ list }: { list: Diagnosis["causes"] }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <>
      <h3>Also found</h3>
      <ul class="plain-list">
        {list.map(({ cause, subject, statement, recommendation }) => (
          <li key={`${cause} ${subject}`}>
            {statement} <span class="quiet">{recommendation}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which playbook was followed, and whose text of it. */
function Followed({ diagnosis: { playbook, followed } }: { diagnosis: Diagnosis }): JSX.Element {
  const whose = { own: "PgMedic's own text", folder: "the text of your folder" } as const;
  return (
    <p class="quiet">
      Followed <a href={playbookPath(playbook)}>{playbook}</a>
      {followed === undefined
        ? ""
        : `, ${followed.origin === "edited" ? `version ${followed.version}` : whose[followed.origin]}`}
      .
    </p>
  );
}

/** Why PgMedic believes what it believes, and what speaks against it. */
export function DiagnosisSection({ diagnosis }: { diagnosis: Diagnosis }): JSX.Element {
  const { findings, rejected, confidence, summary, causes } = diagnosis;
  return (
    <Section id="diagnosis" title="Diagnosis" aside={<Chip {...verdictOf(diagnosis)} />}>
      <p class="lead">{summary}</p>
      <Followed diagnosis={diagnosis} />
      <div class="two-columns">
        <Findings title="Findings for" tone="for" list={findings.filter(({ stance }) => stance === "for")} />
        <Findings
          title="Findings against"
          tone="against"
          list={findings.filter(({ stance }) => stance === "against")}
        />
      </div>
      <Confidence confidence={confidence} />
      <SecondOpinion opinion={diagnosis.secondOpinion} />
      <AlsoFound list={causes.slice(1)} />
      <Rejected list={rejected} />
      {"recommendations" in diagnosis && diagnosis.recommendations.length > 0 ? (
        <>
          <h3>What a person could look at next</h3>
          <ul class="plain-list">
            {diagnosis.recommendations.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      ) : null}
    </Section>
  );
}
