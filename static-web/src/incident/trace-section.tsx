import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { z } from "zod";
import type { AuditAnswer, IncidentDetail } from "../../../shared/contracts/api.ts";
import { api } from "../api.ts";
import { formatTime } from "../format.ts";
import { resource, useLive } from "../resource.ts";
import { Chip } from "../ui/chip.tsx";
import { Section } from "../ui/facts.tsx";
import { View } from "../ui/view.tsx";

type Audit = z.infer<typeof AuditAnswer>;

function Verdict({ verification }: Pick<Audit, "verification">): JSX.Element {
  return (
    <Chip
      text={verification.intact ? "Chain intact" : "Chain broken"}
      tone={verification.intact ? "good" : "bad"}
      title={verification.detail}
    />
  );
}

function Entries({ audit }: { audit: Audit }): JSX.Element {
  if (audit.entries.length === 0) return <p class="quiet">Nothing is recorded yet.</p>;
  return (
    <details class="more">
      <summary>{audit.entries.length} entries</summary>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Audit entries">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Time (UTC)</th>
              <th scope="col">What</th>
              <th scope="col">Hash</th>
            </tr>
          </thead>
          <tbody>
            {audit.entries.map(({ sequence, at, what, hash }) => (
              <tr key={sequence}>
                <td>{sequence}</td>
                <td>{formatTime(at)}</td>
                <td>{what}</td>
                <td>
                  <code>{hash.slice(0, 12)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Whether the record of this incident is complete and unchanged. */
export function AuditSection({ incident }: { incident: IncidentDetail }): JSX.Element {
  const { incidentId } = incident;
  const shown = useMemo(() => resource(() => api.audit(incidentId)), [incidentId]);
  const loaded = useLive(shown, ({ kind, id }) => kind === "incident" && id === incidentId);
  const verdict = loaded.status === "done" ? <Verdict verification={loaded.value.verification} /> : null;
  return (
    <Section id="audit" title="Audit" aside={verdict}>
      <View of={loaded} what="audit record" retry={shown.reload}>
        {(audit) => (
          <>
            <p>{audit.verification.detail}</p>
            <Entries audit={audit} />
          </>
        )}
      </View>
    </Section>
  );
}
