// The monitor as a process: PGMEDIC_MONITOR_PORT, PGMEDIC_MONITOR_STATE, PGMEDIC_MONITOR_MINUTE_MS, PGMEDIC_ALERTS_URL,
// PGMEDIC_MONITOR_RESOURCE_ID, PGMEDIC_MONITOR_SERVER_URL, PGMEDIC_MONITOR_DATA_FOLDER (a server on this machine), PGMEDIC_MONITOR_VCORES.
import { z } from "zod";
import { portFrom, runService } from "../process-entry.ts";
import { startMonitor } from "./monitor.ts";
import { targetFrom } from "./payload.ts";
import { createSampler } from "./sampler.ts";

const Settings = z.object({
  PGMEDIC_MONITOR_STATE: z.string().default(".pgmedic/monitor"),
  PGMEDIC_MONITOR_MINUTE_MS: z.coerce.number().int().min(100).max(3_600_000).default(2_000),
  PGMEDIC_MONITOR_VCORES: z.coerce.number().positive().default(1),
  PGMEDIC_MONITOR_DATA_FOLDER: z.string().optional(),
  PGMEDIC_MONITOR_RESOURCE_ID: z.string(),
  PGMEDIC_MONITOR_SERVER_URL: z.string(),
  PGMEDIC_ALERTS_URL: z.url(),
});

const log = (line: string) => process.stderr.write(`monitor: ${line}\n`);

await runService("monitor", async () => {
  const parsed = Settings.safeParse(process.env);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const settings = parsed.data;
  const dataFolder = settings.PGMEDIC_MONITOR_DATA_FOLDER;
  if (dataFolder === undefined) log("the server is not on this machine: no figures of CPU, memory and storage");
  const sampler = createSampler({
    url: settings.PGMEDIC_MONITOR_SERVER_URL,
    dataFolder,
    vCores: settings.PGMEDIC_MONITOR_VCORES,
  });
  const monitor = await startMonitor({
    port: portFrom("PGMEDIC_MONITOR_PORT", 4282),
    target: targetFrom(settings.PGMEDIC_MONITOR_RESOURCE_ID),
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
      await monitor.stop();
      await sampler.stop();
    },
  };
});
