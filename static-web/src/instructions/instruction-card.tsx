import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Instruction } from "../../../shared/contracts/instruction.ts";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { formatActor } from "../format.ts";
import { ACTIONS, type Label } from "../labels.ts";
import { instructions } from "../lists.ts";
import { notify } from "../notices.ts";
import { incidentPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Chip } from "../ui/chip.tsx";
import { Ago, Until } from "../ui/time.tsx";
import { Terms } from "./terms.tsx";

function statusOf({ revoked }: Instruction, isInForce: boolean): Label {
  if (revoked !== null) return { text: "Revoked", tone: "neutral" };
  return isInForce ? { text: "In force", tone: "auto" } : { text: "Expired", tone: "neutral" };
}

function Revoke({ instruction }: { instruction: Instruction }): JSX.Element {
  const isAsking = useSignal(false);
  const capability = can.revoke(instruction, principal.value);
  const revoke = async () => {
    const answer = await api.revoke(instruction.instructionId);
    isAsking.value = false;
    if (answer.ok) notify("good", "The instruction is revoked. PgMedic asks again.");
    else notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    await instructions.reload();
  };
  if (!isAsking.value) {
    return <ActionButton text="Revoke" capability={capability} act={() => void (isAsking.value = true)} />;
  }
  return (
    <div class="ask-again" role="group" aria-label="Revoke this instruction?">
      <ActionButton text="Revoke now" look="danger" capability={capability} act={revoke} />
      <button type="button" class="button" onClick={() => (isAsking.value = false)}>
        Keep it
      </button>
    </div>
  );
}

function Origin({ instruction }: { instruction: Instruction }): JSX.Element {
  const { createdBy, createdAt, incidentId, revoked } = instruction;
  return (
    <p class="quiet">
      Given by {formatActor(createdBy)} <Ago at={createdAt} />
      {incidentId === null ? null : (
        <>
          {" "}
          at <a href={incidentPath(incidentId)}>{incidentId}</a>
        </>
      )}
      {revoked === null ? null : (
        <>
          , revoked by {formatActor(revoked.by)} <Ago at={revoked.at} />
        </>
      )}
    </p>
  );
}

export type InstructionCardOptions = { instruction: Instruction; isInForce: boolean };

export function InstructionCard({ instruction, isInForce }: InstructionCardOptions): JSX.Element {
  const titleId = `instruction-${instruction.instructionId}`;
  return (
    <article class={`card ${isInForce ? "" : "is-past"}`} aria-labelledby={titleId}>
      <header class="card-head">
        <h3 id={titleId}>{ACTIONS[instruction.kind]}</h3>
        <div class="chips">
          <Chip {...statusOf(instruction, isInForce)} />
          {isInForce ? (
            <span class="quiet">
              ends <Until at={instruction.expiresAt} />
            </span>
          ) : null}
        </div>
      </header>
      <p class="summary">{instruction.summary}</p>
      <Terms terms={instruction} />
      <footer class="card-foot">
        <Origin instruction={instruction} />
        {instruction.revoked === null ? <Revoke instruction={instruction} /> : null}
      </footer>
    </article>
  );
}
