import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServerView } from "../../../shared/contracts/api.ts";
import { can } from "../can.ts";
import { now } from "../clock.ts";
import { incidentPath } from "../routes.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Chip } from "../ui/chip.tsx";
import { Facts, type Fact } from "../ui/facts.tsx";
import { Icon } from "../ui/icons.tsx";
import { Ago, Until } from "../ui/time.tsx";
import { healthOf } from "./health.ts";
import { ServerBaselines } from "./server-baselines.tsx";
import { ServerCheck } from "./server-check.tsx";
import { ServerForm } from "./server-form.tsx";
import { ServerSchedules } from "./server-schedules.tsx";
import { ServerReport } from "./server-report.tsx";

function Incidents({ ids }: { ids: readonly string[] }): JSX.Element {
  if (ids.length === 0) return <span class="quiet">No active issue</span>;
  return (
    <ul class="inline-list">
      {ids.map((id) => (
        <li key={id}>
          <a href={incidentPath(id)}>{id}</a>
        </li>
      ))}
    </ul>
  );
}

function Lock({ lock }: Pick<ServerView, "lock">): JSX.Element {
  if (lock === null) return <span class="quiet">Free</span>;
  return (
    <>
      <span class="with-icon">
        <Icon name="lock" /> <a href={incidentPath(lock.incidentId)}>{lock.runId}</a>
      </span>
      <span class="quiet">
        {" "}
        token {lock.fencingToken}, lease ends <Until at={lock.leaseUntil} />
      </span>
    </>
  );
}

function address(server: ServerView): string {
  const { connection } = server;
  if (connection.kind === "url") return `by the setting ${connection.urlSetting}`;
  const port = connection.port === 5432 ? "" : `:${connection.port}`;
  return `${connection.host}${port}/${connection.database}`;
}

/** Of a resource id, its last part. */
const shortName = (service: string): string => service.split("/").at(-1) ?? service;

function factsOf(server: ServerView): Fact[] {
  const inForce = server.instructions.filter(
    ({ revoked, expiresAt }) => revoked === null && Date.parse(expiresAt) > now.value.getTime(),
  ).length;
  return [
    { name: "Active incident", value: <Incidents ids={server.activeIncidentIds} /> },
    { name: "Lock", value: <Lock lock={server.lock} /> },
    {
      name: "Instructions in force",
      value: inForce === 0 ? <span class="quiet">None</span> : <a href="/instructions">{inForce}</a>,
    },
    {
      name: "Last snapshot",
      value: server.lastSnapshotAt === null ? <span class="quiet">None yet</span> : <Ago at={server.lastSnapshotAt} />,
    },
    { name: "Address", value: <code>{address(server)}</code> },
    { name: "A larger size", value: server.mayScale ? "may be proposed" : "is only recommended" },
    { name: "Detection", value: server.detection ? "on" : "off" },
    { name: "Watched schemas", value: server.schemas.join(", ") },
    ...(server.dependents === undefined
      ? []
      : [{ name: "Services that depend on it", value: server.dependents.map(shortName).join(", ") }]),
  ];
}

export function ServerCard({ server }: { server: ServerView }): JSX.Element {
  const isEditing = useSignal(false);
  const capability = can.register(principal.value);
  const cores = `${server.vCores} ${server.vCores === 1 ? "vCore" : "vCores"}`;
  return (
    <article class="card" aria-labelledby={`server-${server.serverId}`}>
      <header class="card-head stacked">
        <div>
          <h2 id={`server-${server.serverId}`}>{server.displayName}</h2>
          <p class="quiet">
            {server.environment} · {server.tier} · {cores}
          </p>
        </div>
        <div class="chips">
          <Chip {...(server.enabled ? { text: "Enabled", tone: "good" } : { text: "Disabled", tone: "neutral" })} />
          <Chip {...healthOf(server, now.value)} />
        </div>
      </header>
      <Facts facts={factsOf(server)} />
      <ServerBaselines serverId={server.serverId} />
      <ServerCheck serverId={server.serverId} />
      <ServerReport serverId={server.serverId} />
      <ServerSchedules serverId={server.serverId} />
      {capability.allowed ? (
        <ActionButton
          text={`Change ${server.displayName}`}
          capability={capability}
          act={() => void (isEditing.value = true)}
        />
      ) : null}
      {isEditing.value ? <ServerForm server={server} onClose={() => (isEditing.value = false)} /> : null}
    </article>
  );
}
