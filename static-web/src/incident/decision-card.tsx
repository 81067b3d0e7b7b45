import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import type { ProposedAction } from "../../../shared/contracts/proposal.ts";
import { adviceFor, api } from "../api.ts";
import { approvalsOf, can, standingDecision } from "../can.ts";
import { now } from "../clock.ts";
import { formatActor, formatCount, formatFigure, formatShare } from "../format.ts";
import { ACTIONS, RISKS } from "../labels.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Ago, Until } from "../ui/time.tsx";
import { Standing } from "./standing.tsx";

export type DecisionCardOptions = {
  incident: IncidentDetail;
  /** Shows the incident as the API answered it after a decision. */
  show: (incident: IncidentDetail) => void;
  reload: () => Promise<void>;
  onChat: () => void;
};

function InShort({ proposal }: { proposal: ProposedAction }): JSX.Element {
  const { riskClass, blastRadius, whatIf, expected } = proposal;
  return (
    <Facts
      facts={[
        { name: "Risk", value: `${RISKS[riskClass].text}: ${RISKS[riskClass].means}` },
        { name: "Touches", value: `${blastRadius.relation}, ${formatCount(blastRadius.tableRows)} rows` },
        ...(whatIf === null
          ? []
          : [{ name: "Plan cost", value: `${formatFigure(whatIf.before)} → ${formatFigure(whatIf.after)}` }]),
        { name: "Expected", value: `${formatFigure(expected.from)} → ${formatFigure(expected.to)} ${expected.metric}` },
        { name: "Expires", value: <Until at={proposal.expiresAt} /> },
      ]}
    />
  );
}

function Choices({ incident, show, reload, onChat }: DecisionCardOptions): JSX.Element {
  const reason = useSignal("");
  const { proposal } = incident;
  const decide = async (verdict: "approve" | "skip") => {
    if (proposal === null) return;
    const { proposalId, hash: proposalHash } = proposal;
    const why = reason.value.trim() === "" ? {} : { reason: reason.value.trim() };
    const answer = await api.decide(incident.incidentId, { proposalId, proposalHash, verdict, ...why });
    if (answer.ok) {
      show(answer.value);
      notify(
        "good",
        verdict === "approve"
          ? "Approved. PgMedic checks the guardrails again, then executes."
          : "Skipped. Nothing was changed.",
      );
      return;
    }
    notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await reload();
  };
  const who = principal.value;
  const approve = can.approve(incident, who, now.value);
  return (
    <div class="choices">
      <ActionButton
        text="Approve once"
        look="primary"
        icon="check"
        capability={approve}
        explains
        act={() => decide("approve")}
      />
      <ActionButton
        text="Always allow …"
        icon="chat"
        capability={can.alwaysAllow(incident, who, now.value)}
        explains
        act={onChat}
      />
      <ActionButton text="Skip" capability={can.skip(incident, who, now.value)} explains act={() => decide("skip")} />
      {approve.allowed ? (
        <details class="more">
          <summary>Add a reason</summary>
          <label class="field">
            <span>Reason, kept in the record</span>
            <input
              maxLength={500}
              value={reason.value}
              onInput={(event) => (reason.value = event.currentTarget.value)}
            />
          </label>
        </details>
      ) : null}
    </div>
  );
}

function Decided({ incident }: { incident: IncidentDetail }): JSX.Element | null {
  const decision = standingDecision(incident);
  if (decision === null) return null;
  const verb = decision.verdict === "approve" ? "Approved" : "Skipped";
  const isAlways = decision.verdict === "approve" && decision.instructionId !== null;
  return (
    <p class="decided">
      <strong>
        {verb} by {formatActor(decision.by)}
      </strong>{" "}
      <Ago at={decision.decidedAt} />
      {decision.reason === null ? null : <q>{decision.reason}</q>}
      {isAlways ? <a href="/instructions">See the instruction</a> : null}
    </p>
  );
}

/** What a person is asked, and how the incident stands when nobody is asked. */
export function DecisionCard(options: DecisionCardOptions): JSX.Element {
  const { incident, show } = options;
  const heading = useRef<HTMLHeadingElement>(null);
  // The buttons go away with the decision: the focus must not go with them.
  const showDecided = (decided: IncidentDetail) => {
    show(decided);
    heading.current?.focus();
  };
  const { proposal, diagnosis } = incident;
  const asks = proposal !== null && incident.state === "awaitingApproval" && standingDecision(incident) === null;
  return (
    <div class={`decision ${asks ? "is-asking" : ""}`}>
      <h2 ref={heading} tabIndex={-1}>
        {asks ? ACTIONS[proposal.action.kind] : "Where it stands"}
      </h2>
      {asks ? <code class="asked-statement">{proposal.statement}</code> : <Standing incident={incident} />}
      <Decided incident={incident} />
      {asks ? <InShort proposal={proposal} /> : null}
      {asks && diagnosis !== null ? (
        <p class="quiet">Confidence {formatShare(diagnosis.confidence.composite)}, from the evidence below.</p>
      ) : null}
      {asks && approvalsOf(incident).length > 0 ? (
        <p class="decided">
          <strong>Approved by {approvalsOf(incident).map(({ by }) => formatActor(by))}</strong>; another person must
          agree too.
        </p>
      ) : null}
      {asks ? <Choices {...options} show={showDecided} /> : null}
    </div>
  );
}
