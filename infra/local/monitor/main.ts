// The monitor and the Resource Manager as a process: PGMEDIC_MONITOR_PORT, PGMEDIC_MONITOR_STATE, PGMEDIC_MONITOR_MINUTE_MS, PGMEDIC_ALERTS_URL,
// PGMEDIC_MONITOR_RESOURCE_ID, PGMEDIC_MONITOR_SERVER_URL, PGMEDIC_MONITOR_DATA_FOLDER (a server on this machine),
// PGMEDIC_MONITOR_SUPERUSER_URL (a server of the local cloud's own, which the Resource Manager beside it may change).
import { z } from "zod";
import { portFrom, runService } from "../process-entry.ts";
import { configurationsOf, endSessions } from "../resource-manager/configurations.ts";
import { createResourceManager } from "../resource-manager/resource-manager.ts";
import { openServerResource } from "../resource-manager/server-resource.ts";
import { REGION } from "./metrics-api.ts";
import { startMonitor } from "./monitor.ts";
import { targetFrom } from "./payload.ts";
import { createSampler } from "./sampler.ts";

const Settings = z.object({
  PGMEDIC_MONITOR_STATE: z.string().default(".pgmedic/monitor"),
  PGMEDIC_MONITOR_MINUTE_MS: z.coerce.number().int().min(100).max(3_600_000).default(2_000),
  PGMEDIC_MONITOR_DATA_FOLDER: z.string().optional(),
  PGMEDIC_MONITOR_RESOURCE_ID: z.string(),
  PGMEDIC_MONITOR_SERVER_URL: z.string(),
  PGMEDIC_MONITOR_SUPERUSER_URL: z.string().optional(),
  PGMEDIC_ALERTS_URL: z.url(),
});

/** A change of a server takes Azure up to minutes; here long enough to be seen going on. */
const CHANGE_DELAY_MS = 1_000;

const log = (line: string) => process.stderr.write(`monitor: ${line}\n`);

await runService("monitor", async () => {
  const parsed = Settings.safeParse(process.env);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const settings = parsed.data;
  const dataFolder = settings.PGMEDIC_MONITOR_DATA_FOLDER;
  if (dataFolder === undefined) log("the server is not on this machine: no figures of CPU, memory and storage");
  const target = targetFrom(settings.PGMEDIC_MONITOR_RESOURCE_ID);
  const superuser = settings.PGMEDIC_MONITOR_SUPERUSER_URL;
  const resource = openServerResource(settings.PGMEDIC_MONITOR_STATE, target, REGION);
  const resourceManager = createResourceManager({
    target,
    region: REGION,
    resource,
    configurations: superuser === undefined ? undefined : configurationsOf(superuser),
    endSessions: async () => (superuser === undefined ? undefined : endSessions(superuser)),
    delayMs: CHANGE_DELAY_MS,
  });
  const sampler = createSampler({
    url: settings.PGMEDIC_MONITOR_SERVER_URL,
    dataFolder,
    vCores: resource.vCores,
    storageBytes: resource.storageBytes,
  });
  const monitor = await startMonitor({
    port: portFrom("PGMEDIC_MONITOR_PORT", 4282),
    target,
    resourceManager,
    sample: sampler.sample,
    alertsUrl: settings.PGMEDIC_ALERTS_URL,
    // Where infra/local/postgres/server.ts writes it.
    serverLogFile: dataFolder === undefined ? undefined : `${dataFolder}.log`,
    stateFolder: settings.PGMEDIC_MONITOR_STATE,
    minuteMs: settings.PGMEDIC_MONITOR_MINUTE_MS,
    log,
  });
  return {
    port: monitor.port,
    stop: async () => {
      await resourceManager.stop();
      await monitor.stop();
      await sampler.stop();
    },
  };
});
