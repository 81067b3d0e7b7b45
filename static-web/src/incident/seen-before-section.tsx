import type { JSX } from "preact";
import type { Diagnosis } from "../../../shared/contracts/diagnosis.ts";
import type { Recalled } from "../../../shared/contracts/memory.ts";
import { OUTCOMES } from "../labels.ts";
import { incidentPath } from "../routes.ts";
import { Chip } from "../ui/chip.tsx";
import { Section } from "../ui/facts.tsx";

function RecalledItem({ recalled }: { recalled: Recalled }): JSX.Element {
  const { incidentId, outcome, because } = recalled;
  return (
    <li class="recalled">
      <p>
        {because} <a href={incidentPath(incidentId)}>{incidentId}</a>
      </p>
      <Chip {...OUTCOMES[outcome]} />
    </li>
  );
}

/** What PgMedic remembered when it investigated, and what came of it then. */
export function SeenBeforeSection({ diagnosis }: { diagnosis: Diagnosis }): JSX.Element {
  const { recalled, lasting } = diagnosis;
  return (
    <Section id="seen-before" title="Seen before">
      {recalled.length === 0 ? (
        <p class="quiet">Nothing like it is remembered of this server.</p>
      ) : (
        <ul class="recalled-list">
          {recalled.map((one) => (
            <RecalledItem key={one.incidentId} recalled={one} />
          ))}
        </ul>
      )}
      {lasting === null ? null : (
        <>
          <h3>What would last</h3>
          <p>{lasting}</p>
        </>
      )}
    </Section>
  );
}
