import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { adviceFor, api } from "../api.ts";
import { can } from "../can.ts";
import { servers } from "../lists.ts";
import { go } from "../navigation.ts";
import { notify } from "../notices.ts";
import { useLive } from "../resource.ts";
import { incidentPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Section } from "../ui/facts.tsx";

/** Has a server looked at by this playbook now, with no alert, and goes to the incident that it opens. */
export function RunOnServer({ playbook }: { playbook: string }): JSX.Element {
  const loaded = useLive(servers, ({ kind }) => kind === "server");
  const chosen = useSignal("");
  const list = loaded.status === "done" ? loaded.value.servers.filter(({ enabled }) => enabled) : [];
  const serverId = chosen.value === "" ? (list[0]?.serverId ?? "") : chosen.value;
  const run = async () => {
    const answer = await api.openIncident({ serverId, playbook });
    if (!answer.ok)
      return notify("bad", `${answer.problem.title}. ${answer.problem.detail ?? adviceFor(answer.problem)}`);
    if (answer.value.incidentId === null) return notify("bad", answer.value.reason ?? "No incident was opened.");
    go(incidentPath(answer.value.incidentId));
  };
  return (
    <Section id="run" title="Run it now">
      <div class="run-on-server">
        <select
          aria-label="Server"
          value={serverId}
          disabled={list.length === 0}
          onChange={(event) => (chosen.value = event.currentTarget.value)}
        >
          {list.map((server) => (
            <option key={server.serverId} value={server.serverId}>
              {server.displayName}
            </option>
          ))}
        </select>
        <ActionButton
          text="Run on this server"
          explains
          capability={can.runPlaybook(principal.value, list.length > 0)}
          act={run}
        />
      </div>
    </Section>
  );
}
