import { alertSweepOf } from "../shared/adapters/alert-sweep.ts";
import { alertsOf } from "../shared/adapters/alerts.ts";
import { type Archive, archiveOf } from "../shared/adapters/archive.ts";
import { baselinesOf } from "../shared/adapters/baselines.ts";
import { changesOf } from "../shared/adapters/changes.ts";
import { documentsOf } from "../shared/adapters/documents.ts";
import { flexibleServersOf } from "../shared/adapters/flexible-servers.ts";
import { incidentsOf } from "../shared/adapters/incidents.ts";
import { instructionsOf } from "../shared/adapters/instructions.ts";
import { memoriesOf } from "../shared/adapters/memories.ts";
import { messagesOf } from "../shared/adapters/messages.ts";
import { metricsOf } from "../shared/adapters/metrics.ts";
import { type Model, modelOf } from "../shared/adapters/model.ts";
import { outboxOf } from "../shared/adapters/outbox.ts";
import { playbookEditsOf } from "../shared/adapters/playbook-edits.ts";
import { platformOf } from "../shared/adapters/platform.ts";
import { schedulesOf } from "../shared/adapters/schedules.ts";
import { serverLogsOf } from "../shared/adapters/server-logs.ts";
import { serversOf } from "../shared/adapters/servers.ts";
import { snapshotsOf } from "../shared/adapters/snapshots.ts";
import { systemOf } from "../shared/adapters/system.ts";
import { sealed } from "../shared/core/audit-chain.ts";
import { traceparentOf } from "../shared/core/trace.ts";
import { readSettings, type Settings } from "./settings.ts";

/** What every zone may use: documents and messages. No PostgreSQL in it. */
export type Services = ReturnType<typeof servicesOf>;

export function servicesOf(settings: Settings) {
  const documents = documentsOf({
    endpoint: settings.COSMOS_ENDPOINT,
    key: settings.COSMOS_KEY,
    database: settings.COSMOS_DATABASE,
  });
  const incidents = incidentsOf(documents, sealed);
  const instructions = instructionsOf(documents);
  const messages = messagesOf({
    connectionString: settings.ServiceBus,
    namespace: settings.ServiceBus__fullyQualifiedNamespace,
    traceparentOf,
  });
  const { RESOURCE_MANAGER_ENDPOINT: manager } = settings;
  const flexibleServers = manager === undefined ? undefined : flexibleServersOf(manager);
  return {
    settings,
    documents,
    alerts: alertsOf(documents),
    /** Null where no archive is set. */
    archive: archiveIn(settings),
    alertSweep: alertSweepOf(manager),
    baselines: baselinesOf(documents),
    changes: changesOf(documents),
    incidents,
    instructions,
    memories: memoriesOf(documents),
    messages,
    /** Null where no model is set. */
    model: modelIn(settings),
    outbox: outboxOf(incidents, instructions, messages),
    playbookEdits: playbookEditsOf(documents),
    schedules: schedulesOf(documents),
    serverLogs: serverLogsOf(settings.LOGS_ENDPOINT),
    servers: serversOf(documents),
    snapshots: snapshotsOf(documents),
    system: systemOf(documents),
    metrics: metricsOf(settings.METRICS_ENDPOINT, flexibleServers?.regionOf),
    platform: platformOf(flexibleServers),
    now: () => new Date(),
  };
}

/** The audit archive that the settings name; null for none. */
export function archiveIn(settings: Pick<Settings, "ARCHIVE_ENDPOINT" | "ARCHIVE_CONNECTION_STRING">): Archive | null {
  const { ARCHIVE_ENDPOINT: endpoint, ARCHIVE_CONNECTION_STRING: connectionString } = settings;
  if (connectionString !== undefined) return archiveOf({ connectionString });
  return endpoint === undefined ? null : archiveOf({ endpoint });
}

function modelIn({
  PGMEDIC_MODEL_ENDPOINT: endpoint,
  PGMEDIC_MODEL: name,
  PGMEDIC_MODEL_KEY: key,
}: Settings): Model | null {
  return endpoint === undefined || name === undefined ? null : modelOf({ endpoint, name, key });
}

let current: Services | undefined;

/** The services of this process, built on first use from the environment. */
export const services = (): Services => (current ??= servicesOf(readSettings(process.env)));
