// The local Azure Monitor and Resource Manager for a PostgreSQL of a test's own.
import { configurationsOf, endSessions } from "../../infra/local/resource-manager/configurations.ts";
import { createResourceManager } from "../../infra/local/resource-manager/resource-manager.ts";
import { openServerResource } from "../../infra/local/resource-manager/server-resource.ts";
import { REGION } from "../../infra/local/monitor/metrics-api.ts";
import { startMonitor } from "../../infra/local/monitor/monitor.ts";
import { targetFrom } from "../../infra/local/monitor/payload.ts";
import type { AlertRule } from "../../infra/local/monitor/rules.ts";
import { RESOURCE } from "./listed-alerts.ts";
import { temporaryFolder } from "./process.ts";

export type LocalAzure = Awaited<ReturnType<typeof startLocalAzure>>;
type Options = { sample?: () => Promise<Record<string, number>>; rules?: readonly AlertRule[]; delayMs?: number };

/** `superuserUrl` is undefined for a server that is not the local cloud's own. Its resource id is `RESOURCE`. */
export async function startLocalAzure(superuserUrl: string | undefined, options: Options = {}) {
  const { sample = async () => ({}), rules = [], delayMs = 100 } = options;
  const folder = temporaryFolder();
  const target = targetFrom(RESOURCE);
  const resource = openServerResource(folder.path, target, REGION);
  const resourceManager = createResourceManager({
    target,
    region: REGION,
    resource,
    configurations: superuserUrl === undefined ? undefined : configurationsOf(superuserUrl),
    endSessions: async () => (superuserUrl === undefined ? undefined : endSessions(superuserUrl)),
    delayMs,
  });
  const monitor = await startMonitor({
    port: 0,
    target,
    resourceManager,
    sample,
    // Nobody listens there: what is fired stays undelivered.
    alertsUrl: "http://127.0.0.1:9/api/alerts",
    stateFolder: folder.path,
    minuteMs: 100,
    rules,
    log: () => {},
  });
  return {
    url: `http://127.0.0.1:${monitor.port}`,
    resource,
    stop: async () => {
      await resourceManager.stop();
      await monitor.stop();
      folder.remove();
    },
  };
}
