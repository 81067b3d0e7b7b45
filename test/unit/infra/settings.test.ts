// The settings that the code reads and the settings that Bicep sets are the same, zone by zone.
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readSettings, Settings } from "../../../functions/settings.ts";
import { Queue } from "../../../shared/contracts/messages.ts";
import { CONTAINERS } from "../../../shared/adapters/documents.ts";
import { settingsByZone } from "../../support/bicep/app-settings.ts";
import { deploymentOf } from "../../support/bicep/installation.ts";
import { settled } from "../../support/bicep/values.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/** Read by the platform, or by Azure's own clients. */
const OF_THE_PLATFORM = new Set([
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "AZURE_CLIENT_ID",
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__clientId",
  "AzureWebJobsStorage__credential",
  "ServiceBus__clientId",
  "ServiceBus__credential",
]);
/** Never set in Azure, each with the reason. */
const NOT_IN_AZURE: Record<string, string> = {
  ARCHIVE_CONNECTION_STRING: "it holds a key; the identity signs in",
  COSMOS_KEY: "keys are switched off; the identity signs in",
  ServiceBus: "a connection string holds a key; the identity signs in",
  PGMEDIC_MODEL_KEY: "only for a model on the developer's machine; Azure OpenAI takes the identity",
  PGMEDIC_FRONT_PROOF: "only the local front has a secret; a Static Web App is vouched for by the platform",
  WEBSITE_HOSTNAME: "Azure sets it itself",
  WEBSITE_AUTH_ENABLED: "Azure sets it itself",
};
/** Flex Consumption refuses these, or they stand elsewhere. */
const REFUSED = [
  "FUNCTIONS_WORKER_RUNTIME",
  "FUNCTIONS_EXTENSION_VERSION",
  "WEBSITE_RUN_FROM_PACKAGE",
  "WEBSITE_NODE_DEFAULT_VERSION",
  "AzureWebJobsStorage",
];

const LOCAL = { PGMEDIC_APP: "runner", COSMOS_ENDPOINT: "http://127.0.0.1:8081" };
const read = new Set(Object.keys(Settings.shape));

test("every setting that the code reads is set in one of the apps, or is listed with the reason", () => {
  for (const file of ["main.prod.bicepparam", "main.dev.bicepparam"]) {
    const set = new Set(Object.values(settingsByZone(file)).flatMap((settings) => Object.keys(settings)));
    const missing = [...read].filter((name) => !set.has(name) && NOT_IN_AZURE[name] === undefined);
    expect(missing, file).toEqual([]);
  }
});

test("every setting that Bicep sets is read by the code or by the platform", () => {
  for (const settings of Object.values(settingsByZone("main.prod.bicepparam"))) {
    // What a registration names is read by that name.
    const named = settings["PGMEDIC_SECRET_SETTINGS"]?.split(",") ?? [];
    const known = new Set([...read, ...OF_THE_PLATFORM, ...named]);
    const unread = Object.keys(settings).filter((name) => !known.has(name));
    expect(unread).toEqual([]);
    expect(Object.keys(settings).filter((name) => REFUSED.includes(name) || NOT_IN_AZURE[name])).toEqual([]);
  }
});

test("each zone starts with its settings, and gets none that is another zone's business", () => {
  const zones = settingsByZone("main.prod.bicepparam");
  expect(Object.keys(zones).toSorted()).toEqual(["api", "ingest", "runner"]);
  // What Azure alone knows before a deployment.
  const ids = ["PGMEDIC_INVESTIGATOR_CLIENT_ID", "PGMEDIC_EXECUTOR_CLIENT_ID", "INGEST_SIGN_OF_LIFE_APP_ID"];
  const identities = Object.fromEntries(ids.map((name) => [name, "00000000-0000-4000-8000-000000000000"]));
  const inAzure = {
    ...identities,
    PGMEDIC_FRONT_HOST: "calm-sea-0a1b2c3d4.5.azurestaticapps.net",
    COSMOS_ENDPOINT: "https://pgmedic.documents.azure.com:443/",
    ARCHIVE_ENDPOINT: "https://pgmprodaudit.blob.core.windows.net/",
    PGMEDIC_DASHBOARD_URL: "https://calm-sea-0a1b2c3d4.5.azurestaticapps.net",
  };
  for (const [zone, settings] of Object.entries({ ...zones, ...settingsByZone("main.dev.bicepparam") }))
    expect(readSettings({ ...settings, ...inAzure }).PGMEDIC_APP).toBe(zone);
  const of = (zone: string) => Object.keys(zones[zone] ?? {});
  expect(of("api").filter((name) => name.startsWith("INGEST_"))).toEqual([]);
  for (const zone of ["ingest", "runner"]) expect(of(zone)).not.toContain("PGMEDIC_FRONT_HOST");
  expect([...of("ingest"), ...of("api")]).not.toContain("ARCHIVE_ENDPOINT");
});

test("whoever edits playbooks knows of the folder that the runner takes them from", () => {
  const { runner = {}, api = {}, ingest = {} } = settingsByZone("main.prod.bicepparam");
  expect(api["PGMEDIC_PLAYBOOKS"]).toBe(runner["PGMEDIC_PLAYBOOKS"]);
  expect(api["PGMEDIC_PLAYBOOKS"]).toBeDefined();
  expect(ingest["PGMEDIC_PLAYBOOKS"]).toBeUndefined();
});

test("a password is a reference to the vault, and only the runner has it", () => {
  const configs = deploymentOf("main.prod.bicepparam", { vaultSettings: ["SHOP_PASSWORD"] }).instances;
  const texts = configs
    .filter(({ symbol }) => symbol === "appSettings")
    .map(({ body }) => JSON.stringify(settled(body())));
  const having = texts.filter((text) => text.includes("SHOP_PASSWORD"));
  expect(having).toHaveLength(1);
  expect(having[0]).toMatch(/"PGMEDIC_APP":"runner"/);
  expect(having[0]).toMatch(/"SHOP_PASSWORD":.*@Microsoft\.KeyVault\(SecretUri=.*secrets\/shop-password\)/);
});

test("no other source of alerts than Azure Monitor is let in unless its application is named, and then by the ingest app alone", () => {
  const ours = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
  const named = deploymentOf("main.prod.bicepparam", { prometheusAppIds: ours })
    .instances.filter(({ symbol }) => symbol === "appSettings")
    .map(({ body }) => JSON.stringify(body()))
    .filter((text) => text.includes("INGEST_PROMETHEUS_APP_IDS"));
  expect(named).toHaveLength(1);
  expect(named[0]).toContain(`"INGEST_PROMETHEUS_APP_IDS":"${ours.join(",")}","INGEST_GRAFANA_APP_IDS":""`);
  const { ingest } = settingsByZone("main.prod.bicepparam");
  expect([ingest?.["INGEST_PROMETHEUS_APP_IDS"], ingest?.["INGEST_GRAFANA_APP_IDS"]]).toEqual(["", ""]);
});

test("where people are told is a secret of the vault, which only the runner has and no registration may name", () => {
  const { runner = {}, api = {}, ingest = {} } = settingsByZone("main.prod.bicepparam");
  const secrets = Object.keys(runner).filter((name) => /^PGMEDIC_(NOTIFY|SLACK)_.*(URL|KEY|SECRET|TOKEN)$/.test(name));
  expect(secrets).toHaveLength(6);
  for (const name of secrets) {
    expect(runner[name]).toContain(`secrets/${name.toLowerCase().replaceAll("_", "-")})`);
    expect(runner["PGMEDIC_SECRET_SETTINGS"]?.split(",")).not.toContain(name);
  }
  expect(Object.keys({ ...api, ...ingest }).filter((name) => /^PGMEDIC_(NOTIFY|SLACK)/.test(name))).toEqual([]);
});

test("no channel of Slack is read unless one is named", () => {
  const { runner = {} } = settingsByZone("main.prod.bicepparam");
  expect(runner["PGMEDIC_SLACK_CHANNELS"]).toBe("");
  expect(readSettings({ ...LOCAL, PGMEDIC_SLACK_CHANNELS: "" }).PGMEDIC_SLACK_CHANNELS).toEqual([]);
  const two = readSettings({ ...LOCAL, PGMEDIC_SLACK_CHANNELS: "C0123456789, G0123456789" });
  expect(two.PGMEDIC_SLACK_CHANNELS).toEqual(["C0123456789", "G0123456789"]);
  expect(() => readSettings({ ...LOCAL, PGMEDIC_SLACK_CHANNELS: "#alerts" })).toThrow("a channel is named by its id");
});

test("the kill switch reaches every app", () => {
  const configs = deploymentOf("main.prod.bicepparam", { killSwitch: "on" }).instances.filter(
    ({ symbol }) => symbol === "appSettings",
  );
  expect(configs.map(({ body }) => JSON.stringify(settled(body())))).toHaveLength(3);
  for (const { body } of configs) expect(JSON.stringify(body())).toContain('"PGMEDIC_KILL_SWITCH":"on"');
});

test("the queues are those that the code sends to, with duplicates dropped and dead letters kept", () => {
  const queues = deploymentOf("main.prod.bicepparam").instances.filter(({ symbol }) => symbol === "queues");
  expect(queues.map(({ name }) => String(name)).toSorted()).toEqual([...Queue.options].toSorted());
  for (const { body } of queues)
    expect(body()["properties"]).toMatchObject({ requiresDuplicateDetection: true, maxDeliveryCount: 10 });
});

test("the containers and their partition keys are those that the code opens", () => {
  const { instances } = deploymentOf("main.prod.bicepparam");
  const documents = instances.filter(({ symbol }) => symbol === "documents");
  const keys = documents.map(({ name, body }) => [name, /"paths":\["([^"]+)"\]/.exec(JSON.stringify(body()))?.[1]]);
  expect(Object.fromEntries(keys)).toEqual(CONTAINERS);
});

test("the environment is read in one place: other code names no variable of its own", () => {
  const files = globSync(`${ROOT}/{functions,shared,orchestrators}/**/*.ts`).filter((path) => !path.includes("/cli/"));
  const named = files.flatMap((path) => {
    const uses = readFileSync(path, "utf8").matchAll(/process\.env(?:\.\w+|\["[^"]+"\])/g);
    return [...uses].map(([use]) => `${path}: ${use}`);
  });
  expect(files.length).toBeGreaterThan(50);
  expect(named).toEqual([]);
});
