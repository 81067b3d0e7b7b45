import type { JSX } from "preact";
import type { ServerView } from "../../../shared/contracts/api.ts";
import { servers } from "../lists.ts";
import { useLive } from "../resource.ts";
import { PageTitle } from "../ui/page-title.tsx";
import { Empty, View } from "../ui/view.tsx";
import { DemoPanel } from "./demo-panel.tsx";
import { ServerCard } from "./server-card.tsx";

function inShort(list: readonly ServerView[]): string {
  const enabled = list.filter((server) => server.enabled).length;
  const active = list.reduce((sum, server) => sum + server.activeIncidentIds.length, 0);
  const issues = active === 0 ? "no active issue" : `${active} active ${active === 1 ? "issue" : "issues"}`;
  return `${list.length} registered, ${enabled} enabled, ${issues}`;
}

export function ServersScreen(): JSX.Element {
  // A server's card shows its incidents and instructions too.
  const loaded = useLive(servers, () => true);
  return (
    <div class="page">
      <header class="page-head">
        <PageTitle title="Servers" />
        {loaded.status === "done" && loaded.value.servers.length > 0 ? (
          <p class="page-note">{inShort(loaded.value.servers)}</p>
        ) : null}
      </header>
      <DemoPanel />
      <View of={loaded} what="servers" retry={servers.reload}>
        {({ servers: list }) =>
          list.length === 0 ? (
            <Empty title="No server is registered yet">
              Register one with <code>PUT /api/servers/&#123;id&#125;</code>; then it appears here, and its alerts are
              looked into.
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
