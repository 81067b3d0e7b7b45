import type { JSX } from "preact";
import type { Criterion, Graduation } from "../../../shared/contracts/autonomy.ts";
import { formatPercent } from "../format.ts";
import { CRITERIA } from "../labels.ts";
import { Icon } from "../ui/icons.tsx";
import { Ago } from "../ui/time.tsx";

function figure({ id }: Criterion, value: number | null): string {
  if (value === null) return "–";
  switch (CRITERIA[id].unit) {
    case "share":
      return formatPercent(value * 100);
    case "count":
      return String(value);
    case "days":
      return value.toFixed(1);
  }
}

/** The figures of the graduation gate, each with what it must be. */
export function Gate({ graduation: { criteria, evaluatedAt } }: { graduation: Graduation }): JSX.Element {
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Figures of the gate">
        <table class="table gate">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Now</th>
              <th scope="col">Takes</th>
              <th scope="col">Counted</th>
            </tr>
          </thead>
          <tbody>
            {criteria.map((criterion) => (
              <tr key={criterion.id} class={criterion.holds ? "holds" : "fails"}>
                <th scope="row">
                  <Icon name={criterion.holds ? "check" : "cross"} />
                  <span class="visually-hidden">{criterion.holds ? "Holds: " : "Does not hold: "}</span>
                  {CRITERIA[criterion.id].text}
                </th>
                <td>{figure(criterion, criterion.observed)}</td>
                <td>
                  {CRITERIA[criterion.id].is} {figure(criterion, criterion.required)}
                </td>
                <td class="quiet">{criterion.basis}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Evaluated <Ago at={evaluatedAt} />
      </p>
    </>
  );
}
