import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServerCheck as CheckResult } from "../../../shared/contracts/server.ts";
import type { z } from "zod";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Code } from "../ui/code.tsx";
import { Icon } from "../ui/icons.tsx";
import { Ago } from "../ui/time.tsx";

type Result = z.infer<typeof CheckResult>;
type Checked = { kind: "result"; result: Result } | { kind: "said"; text: string };

function CheckItem({ item }: { item: Result["items"][number] }): JSX.Element {
  return (
    <li class={item.holds ? "holds" : "fails"}>
      <Icon name={item.holds ? "check" : "cross"} />
      <div>
        <span class="visually-hidden">{item.holds ? "Holds: " : "Does not hold: "}</span>
        {item.label} <span class="quiet">{item.observed}</span>
        {item.remedySql === null ? null : <Code text={item.remedySql} label="SQL that mends it" language="sql" />}
      </div>
    </li>
  );
}

function ResultView({ result }: { result: Result }): JSX.Element {
  const missing = result.items.filter(({ holds }) => !holds).length;
  return (
    <div class="check-result">
      <p>
        <strong>
          {result.reachable ? `Reachable, PostgreSQL ${result.version ?? "of unknown version"}` : "Not reachable"}
        </strong>
        {missing === 0 ? ", nothing is missing" : `, ${missing} to mend`} · <Ago at={result.checkedAt} />
      </p>
      <ul class="checks">
        {result.items.map((item) => (
          <CheckItem key={item.id} item={item} />
        ))}
      </ul>
    </div>
  );
}

/** The live check: PgMedic connects with both of its roles and says what is missing. */
export function ServerCheck({ serverId }: { serverId: string }): JSX.Element {
  const checked = useSignal<Checked | null>(null);
  const check = async () => {
    checked.value = { kind: "said", text: "Connecting as both roles …" };
    const answer = await api.checkServer(serverId);
    checked.value = answer.ok
      ? { kind: "result", result: answer.value }
      : { kind: "said", text: `${answer.problem.title}. ${adviceFor(answer.problem)}` };
  };
  return (
    <footer class="card-foot">
      <ActionButton text="Check now" capability={can.checkServer(principal.value)} act={check} />
      <div role="status" class="check-status">
        {checked.value === null ? null : checked.value.kind === "said" ? (
          <p>{checked.value.text}</p>
        ) : (
          <ResultView result={checked.value.result} />
        )}
      </div>
    </footer>
  );
}
