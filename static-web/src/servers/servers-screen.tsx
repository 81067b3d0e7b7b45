import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServerView } from "../../../shared/contracts/api.ts";
import { can } from "../can.ts";
import { servers } from "../lists.ts";
import { useLive } from "../resource.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty, View } from "../ui/view.tsx";
import { DemoPanel } from "./demo-panel.tsx";
import { ServerCard } from "./server-card.tsx";
import { ServerForm } from "./server-form.tsx";

function inShort(list: readonly ServerView[]): string {
  const enabled = list.filter((server) => server.enabled).length;
  const active = list.reduce((sum, server) => sum + server.activeIncidentIds.length, 0);
  const issues = active === 0 ? "no active issue" : `${active} active ${active === 1 ? "issue" : "issues"}`;
  return `${list.length} registered, ${enabled} enabled, ${issues}`;
}

export function ServersScreen(): JSX.Element {
  // A server's card shows its incidents and instructions too.
  const loaded = useLive(servers, () => true);
  const isAdding = useSignal(false);
  const capability = can.register(principal.value);
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Servers" />
        {loaded.status === "done" && loaded.value.servers.length > 0 ? (
          <p class="page-note">{inShort(loaded.value.servers)}</p>
        ) : null}
        {capability.allowed ? (
          <ActionButton text="Add a server" capability={capability} act={() => void (isAdding.value = true)} />
        ) : null}
      </header>
      {isAdding.value ? <ServerForm server={null} onClose={() => (isAdding.value = false)} /> : null}
      <DemoPanel />
      <View of={loaded} what="servers" retry={servers.reload}>
        {({ servers: list }) =>
          list.length === 0 ? (
            <Empty title="No server is registered yet">
              An admin adds one; then it appears here, and its alerts are looked into.
            </Empty>
          ) : (
            <ul class="cards">
              {list.map((server) => (
                <li key={server.serverId}>
                  <ServerCard server={server} />
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </div>
  );
}
