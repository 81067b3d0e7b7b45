import type { JSX } from "preact";
import type { Instruction } from "../../../shared/contracts/instruction.ts";
import { now } from "../clock.ts";
import { instructions } from "../lists.ts";
import { useLive } from "../resource.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty, View } from "../ui/view.tsx";
import { InstructionCard } from "./instruction-card.tsx";

const isInForce = ({ revoked, expiresAt }: Instruction): boolean =>
  revoked === null && Date.parse(expiresAt) > now.value.getTime();

type GroupOptions = { title: string; list: readonly Instruction[] };

function Group({ title, list }: GroupOptions): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <section class="group" aria-label={title}>
      <h2 class="group-title">
        {title} <span class="quiet">{list.length}</span>
      </h2>
      <ul class="cards">
        {list.map((instruction) => (
          <li key={instruction.instructionId}>
            <InstructionCard instruction={instruction} isInForce={isInForce(instruction)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function InstructionsScreen(): JSX.Element {
  const loaded = useLive(instructions, ({ kind }) => kind === "instruction");
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Instructions" />
        <p class="page-note">What PgMedic may do without asking</p>
      </header>
      <View of={loaded} what="instructions" retry={instructions.reload}>
        {({ instructions: list }) =>
          list.length === 0 ? (
            <Empty title="No standing instruction">
              PgMedic asks before every action. To give an instruction, choose “Always allow” on a proposal.
            </Empty>
          ) : (
            <>
              <Group title="In force" list={list.filter(isInForce)} />
              <Group title="No longer in force" list={list.filter((instruction) => !isInForce(instruction))} />
            </>
          )
        }
      </View>
    </div>
  );
}
