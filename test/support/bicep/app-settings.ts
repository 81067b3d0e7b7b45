import { deploymentOf } from "./installation.ts";
import { isPlainObject, settled } from "./values.ts";

const NOTIFY = [
  ...["SLACK_URL", "TEAMS_URL", "PAGERDUTY_KEY", "WEBHOOK_URL", "WEBHOOK_SECRET"].map(
    (name) => `PGMEDIC_NOTIFY_${name}`,
  ),
  "PGMEDIC_SLACK_TOKEN",
];

/** The app settings of each zone as deployed; what Azure alone knows before a deployment stands in angle brackets. */
export function settingsByZone(parameterFile: string): Record<string, Record<string, string>> {
  // Settings that have no value unless somebody wants one.
  const wishes = {
    playbooksFolder: "playbooks",
    vaultSettings: ["SHOP_PASSWORD"],
    notifySettings: NOTIFY,
    modelEndpoint: "https://dba.openai.azure.com/openai/v1",
    modelName: "gpt",
    mcpClientId: "55555555-5555-4555-8555-555555555555",
  };
  const configs = deploymentOf(parameterFile, wishes).instances.filter(({ symbol }) => symbol === "appSettings");
  return Object.fromEntries(
    configs.map(({ body }) => {
      const values = settled(body()["properties"]);
      if (!isPlainObject(values)) throw new Error("app settings are an object");
      const texts = Object.entries(values).map(([name, value]) => [name, String(value)] as const);
      return [String(values["PGMEDIC_APP"]), Object.fromEntries(texts)];
    }),
  );
}
