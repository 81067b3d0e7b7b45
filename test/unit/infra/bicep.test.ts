// The Bicep of infra/, judged without a compiler: by a grammar, by Azure's own property trees, and by what PgMedic wants of it.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { readProgram } from "../../support/bicep/program.ts";
import { propertyOf } from "../../support/bicep/rules.ts";
import { bicepFiles, deploymentOf, deploymentProblems, fileProblems, INFRA } from "../../support/bicep/installation.ts";

const PARAMETER_FILES = ["main.bicepparam", "main.dev.bicepparam", "main.prod.bicepparam"];
const SERVER = {
  resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders",
  region: "westeurope",
  maxConnections: 200,
  hasActivityMetrics: false,
  mayChangeParameters: false,
  mayScale: true,
  reach: "network",
};

test("every file is sound in its syntax, and every name in it is declared and used", () => {
  expect(bicepFiles().length).toBeGreaterThan(20);
  expect(fileProblems()).toEqual([]);
});

test("every module is used, and every file that one names is there", () => {
  const programs = bicepFiles().map((path) => readProgram(path));
  const named = programs.flatMap(({ modules, imports }) => [...modules, ...imports].map(({ path }) => path));
  for (const path of named) expect(existsSync(path), path).toBe(true);
  const unused = bicepFiles().filter((path) => path.includes("/modules/") && !named.includes(path));
  expect(unused).toEqual([]);
});

test.each(PARAMETER_FILES)("what %s deploys fits the types of Azure and the wishes of PgMedic", (file) => {
  expect(deploymentProblems(file)).toEqual([]);
});

// Both sides of every condition are deployed by one of these.
const VARIANTS: [string, Record<string, unknown>][] = [
  ["main.prod.bicepparam", { serviceBusSku: "Standard" }],
  ["main.prod.bicepparam", { topology: "all", hasDemo: true }],
  ["main.prod.bicepparam", { isPrivate: false, watchedServers: [] }],
  ["main.prod.bicepparam", { watchedServers: [SERVER], killSwitch: "on" }],
  ["main.dev.bicepparam", { isPrivate: true, protection: "production" }],
  ["main.dev.bicepparam", { topology: "zones", hasDemo: false, watchedServers: [SERVER] }],
];
test.each(VARIANTS)("%s with %j is sound as well", (file, over) => {
  expect(deploymentProblems(file, over)).toEqual([]);
});

test("a private installation has a private endpoint for every store, and each knows its DNS zone", () => {
  const { instances } = deploymentOf("main.prod.bicepparam");
  const deployed = instances.filter(({ isDeployed, isExisting }) => isDeployed && !isExisting);
  const endpoints = deployed.filter(({ type }) => type === "Microsoft.Network/privateEndpoints");
  const groups = endpoints.map(({ name }) => String(name).split("-").at(-1) ?? "").toSorted();
  // Blobs of three apps and the archive; queues and tables of the runner; one watched server.
  expect(groups).toEqual(["blob", "blob", "blob", "blob", "db", "namespace", "queue", "sql", "table", "vault"]);
  const known = deployed.filter(({ type }) => type === "Microsoft.Network/privateEndpoints/privateDnsZoneGroups");
  expect(known).toHaveLength(endpoints.length);
});

test("only the runner's network may speak to PostgreSQL, and the runner answers no HTTP", () => {
  const { instances } = deploymentOf("main.prod.bicepparam");
  const rules = instances.filter(({ symbol }) => symbol === "appRules");
  const access = rules.map(({ name, body }) => [
    String(name).split("-").at(-1),
    /"access":"(\w+)"/.exec(JSON.stringify(body()))?.[1],
  ]);
  expect(Object.fromEntries(access)).toEqual({ ingest: "Deny", api: "Deny", runner: "Allow" });
  const apps = instances.filter(({ symbol, isExisting }) => symbol === "app" && !isExisting);
  const inbound = apps.map(({ name, body }) => [
    String(name).split("-").at(-1),
    /"ipSecurityRestrictionsDefaultAction":"(\w+)"/.exec(JSON.stringify(body()))?.[1],
  ]);
  expect(Object.fromEntries(inbound)).toEqual({ ingest: "Allow", api: "Allow", runner: "Deny" });
});

test("no output gives a secret away, and no template asks Azure for a key", () => {
  for (const path of bicepFiles()) {
    const { source } = readProgram(path);
    expect(source.root.text, path).not.toMatch(/\blist(Keys|AccountSas|ConnectionStrings|Secrets)\b/);
  }
});

test("the linter is told to be strict, and no finding is switched off in a file", () => {
  for (const path of bicepFiles()) expect(readProgram(path).source.root.text).not.toContain("#disable");
  expect(existsSync(`${INFRA}/bicepconfig.json`)).toBe(true);
});

test("the api app takes only calls that the platform knows to come from the dashboard", () => {
  const rulesOf = (file: string, wishes: Record<string, string> = {}): unknown[] =>
    deploymentOf(file, wishes)
      .instances.filter(({ symbol }) => symbol === "authentication")
      .map((settings) => propertyOf(settings, "globalValidation"));
  const closed = { requireAuthentication: true, unauthenticatedClientAction: "Return401" };
  expect(rulesOf("main.prod.bicepparam")).toEqual([{ ...closed, excludedPaths: [] }]);
  // The code verifies the tokens of agents, and looks at nothing else there.
  const open = ["/api/mcp", "/api/mcp/metadata"];
  expect(rulesOf("main.prod.bicepparam", { mcpClientId: "55555555-5555-4555-8555-555555555555" })).toEqual([
    { ...closed, excludedPaths: open },
  ]);
  // One app for everything also takes alerts, which carry a token that the code verifies.
  expect(rulesOf("main.dev.bicepparam")).toEqual([{ ...closed, excludedPaths: ["/api/alerts", "/api/health"] }]);
});

test("a name of an installation as azd allows it makes names that every service takes", () => {
  const { instances } = deploymentOf("main.prod.bicepparam", { environmentName: "Prod_1.x-A" });
  const namesOf = (type: string): string[] =>
    instances.filter((one) => one.type === type && !one.isExisting).map(({ name }) => String(name));
  const taken: [string, RegExp][] = [
    ["Microsoft.Storage/storageAccounts", /^[a-z\d]{3,24}$/],
    ["Microsoft.KeyVault/vaults", /^[a-z](-?[a-z\d]){2,23}$/],
    ["Microsoft.DocumentDB/databaseAccounts", /^[a-z\d-]{3,44}$/],
    ["Microsoft.Web/sites", /^[a-z\d-]{2,32}$/],
    ["Microsoft.ServiceBus/namespaces", /^[a-z](-?[a-z\d]){5,49}$/],
  ];
  for (const [type, pattern] of taken) {
    expect(namesOf(type).length, type).toBeGreaterThan(0);
    for (const name of namesOf(type)) expect(name).toMatch(pattern);
    expect(new Set(namesOf(type)).size, type).toBe(namesOf(type).length);
  }
});

test("a queue that is full or holds dead letters is noticed, however empty the others are", () => {
  const rules = deploymentOf("main.prod.bicepparam").instances.filter(({ symbol }) =>
    ["backlog", "deadLetters"].includes(symbol),
  );
  expect(rules).toHaveLength(2);
  for (const rule of rules)
    expect(JSON.stringify(propertyOf(rule, "criteria"))).toContain(
      '"dimensions":[{"name":"EntityName","operator":"Include","values":["*"]}]',
    );
});

test("after a restore the documents may be in an account of another name, and a locked policy is left alone", () => {
  const over = { cosmosAccountName: "pgmedic-restored", isAuditPolicyLocked: true };
  const { instances } = deploymentOf("main.prod.bicepparam", over);
  const deployed = instances.filter(({ isDeployed, isExisting }) => isDeployed && !isExisting);
  const accounts = deployed.filter(({ type }) => type === "Microsoft.DocumentDB/databaseAccounts");
  expect(accounts.map(({ name }) => name)).toEqual(["pgmedic-restored"]);
  expect(deployed.filter(({ type }) => type.endsWith("/immutabilityPolicies"))).toEqual([]);
});
