// Who may do what in Azure: the whole list, app by app. A right that is added must be added here, with eyes open.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { deploymentOf, TYPES_FOLDER } from "../../support/bicep/installation.ts";
import { propertyOf } from "../../support/bicep/rules.ts";
import { textOf } from "../../support/bicep/values.ts";

const Role = z.strictObject({ name: z.string(), id: z.string() });
const BuiltIn = z.strictObject({ azureRbac: z.array(Role), cosmosSql: z.array(Role) });
const builtIn = BuiltIn.parse(JSON.parse(readFileSync(`${TYPES_FOLDER}/role-definitions.json`, "utf8")));
const nameOf = new Map([...builtIn.azureRbac, ...builtIn.cosmosSql].map(({ id, name }) => [id, name]));

/** A role of our own on the watched servers or their subscriptions, by its name without the installation's; Cosmos DB's is another. */
function ownRoleNames({ instances }: ReturnType<typeof deploymentOf>): Map<string, string> {
  const own = instances.filter(({ type }) => type === "Microsoft.Authorization/roleDefinitions");
  return new Map(
    own.map((role) => [String(role.name), textOf(propertyOf(role, "roleName")).split(": ").at(-1) ?? ""] as const),
  );
}

/** Every grant as `role on kind/name`, by the identity that it is for: the last part of its name. */
function grants(parameterFile: string, over: Record<string, unknown> = {}): Record<string, string[]> {
  const deployment = deploymentOf(parameterFile, over);
  const { instances } = deployment;
  const ownNames = ownRoleNames(deployment);
  const assignments = instances.filter(
    ({ type, isDeployed, isExisting }) =>
      /\/(roleAssignments|sqlRoleAssignments)$/i.test(type) && isDeployed && !isExisting,
  );
  const found: Record<string, Set<string>> = {};
  for (const assignment of assignments) {
    const identity = /-(\w+)\.properties\.principalId>$/.exec(textOf(propertyOf(assignment, "principalId")))?.[1];
    const roleId = textOf(propertyOf(assignment, "roleDefinitionId")).split("/").at(-1) ?? "";
    const target = assignment.id.replace(/\/providers\/Microsoft\.Authorization\/roleAssignments.*$/, "");
    const place = textOf(propertyOf(assignment, "scope") ?? target)
      .split("/")
      .slice(-2)
      .join("/")
      .replace(/pgm(edic)?-?prod-?[0-9a-f]{6}-?/, "");
    (found[identity ?? "nobody"] ??= new Set()).add(
      `${nameOf.get(roleId) ?? ownNames.get(roleId) ?? "Metadata"} on ${place}`,
    );
  }
  return Object.fromEntries(Object.entries(found).map(([zone, list]) => [zone, [...list].toSorted()]));
}

const CONTAINERS = ["alerts", "baselines", "incidents", "instructions", "memory", "servers", "system"];
const QUEUES = ["approvals", "run-events", "runs"];
const writes = (names: string[]): string[] =>
  names.map((name) => `Cosmos DB Built-in Data Contributor on colls/${name}`);

test("the ingest app may take alerts and ask for runs, and nothing else", () => {
  expect(grants("main.prod.bicepparam")["ingest"]).toEqual(
    [
      "Azure Service Bus Data Sender on queues/runs",
      ...writes(["alerts", "incidents"]),
      "Cosmos DB Built-in Data Reader on colls/servers",
      "Metadata on databaseAccounts/",
      "Monitoring Metrics Publisher on components/",
      "Storage Blob Data Owner on storageAccounts/ingest",
    ].toSorted(),
  );
});

test("the api app may write what people decide", () => {
  expect(grants("main.prod.bicepparam")["api"]).toEqual(
    [
      "Azure Service Bus Data Sender on queues/approvals",
      "Azure Service Bus Data Sender on queues/runs",
      ...writes(["alerts", "incidents", "instructions", "servers", "system"]),
      "Cosmos DB Built-in Data Reader on colls/baselines",
      "Cosmos DB Built-in Data Reader on colls/memory",
      "Metadata on databaseAccounts/",
      "Monitoring Metrics Publisher on components/",
      "Storage Blob Data Owner on storageAccounts/api",
    ].toSorted(),
  );
});

test("the runner may work on every document and queue, and read a watched server's metrics, but not its data", () => {
  expect(grants("main.prod.bicepparam")["runner"]).toEqual(
    [
      ...QUEUES.flatMap((name) => [
        `Azure Service Bus Data Receiver on queues/${name}`,
        `Azure Service Bus Data Sender on queues/${name}`,
      ]),
      ...writes(CONTAINERS),
      "append to the audit archive on containers/audit",
      "Metadata on databaseAccounts/",
      "Monitoring Metrics Publisher on components/",
      "metrics on subscriptions/00000000-0000-4000-8000-000000000009",
      "Monitoring Reader on flexibleServers/shop-db",
      "PostgreSQL operations on subscriptions/00000000-0000-4000-8000-000000000009",
      "PostgreSQL server parameters on flexibleServers/shop-db",
      "Storage Blob Data Owner on storageAccounts/runner",
      "Storage Queue Data Contributor on storageAccounts/runner",
      "Storage Table Data Contributor on storageAccounts/runner",
    ].toSorted(),
  );
});

test("the runner reads the vault where a setting of its own lies there, and nobody else does", () => {
  const readers = (over: Record<string, unknown>): string[] =>
    Object.entries(grants("main.prod.bicepparam", over)).flatMap(([zone, held]) =>
      held.some((grant) => grant.startsWith("Key Vault")) ? [zone] : [],
    );
  expect(readers({})).toEqual([]);
  expect(readers({ vaultSettings: ["SHOP_PASSWORD"] })).toEqual(["runner"]);
});

test("the identities of the two PostgreSQL roles and of the demo's workload hold no right in Azure", () => {
  expect(Object.keys(grants("main.prod.bicepparam")).toSorted()).toEqual(["api", "ingest", "runner"]);
  expect(Object.keys(grants("main.dev.bicepparam"))).toEqual(["all"]);
});

test("only the runner takes on the identities of the PostgreSQL roles", () => {
  const apps = deploymentOf("main.prod.bicepparam").instances.filter(
    ({ symbol, isExisting }) => symbol === "app" && !isExisting,
  );
  const counts = apps.map(({ name, body }) => [
    String(name).split("-").at(-1),
    JSON.stringify(body()["identity"]).match(/userAssignedIdentities\//g)?.length,
  ]);
  expect(Object.fromEntries(counts)).toEqual({ ingest: 1, api: 1, runner: 3 });
});

test("every role is a built-in one that exists, and none of them manages anything", () => {
  const all = Object.values(grants("main.prod.bicepparam", { hasDemo: true })).flat();
  const roles = new Set(all.map((grant) => grant.split(" on ")[0]));
  for (const role of roles) expect(role).not.toMatch(/^(Owner|Contributor|User Access Administrator|Reader)$/);
  expect(all.filter((grant) => grant.startsWith("Metadata")).every((grant) => grant.includes("databaseAccounts"))).toBe(
    true,
  );
});

const ownRoles = (over: Record<string, unknown> = {}) =>
  deploymentOf("main.prod.bicepparam", over).instances.filter(
    ({ type, isDeployed }) => type === "Microsoft.Authorization/roleDefinitions" && isDeployed,
  );

test("the roles of our own change server parameters alone, and are made only where a server allows it", () => {
  const onServers = (over: Record<string, unknown>) => ownRoles(over).filter(({ symbol }) => symbol !== "archiveRole");
  expect(onServers({ watchedServers: [] })).toEqual([]);
  const actions = onServers({}).map((role) => JSON.stringify(propertyOf(role, "permissions")));
  expect(actions).toHaveLength(3);
  expect(actions.join("")).not.toContain("*");
  expect(actions.map((list) => list.match(/[A-Za-z]+\/(write|action|delete)"/g))).toEqual([
    ['configurations/write"'],
    null,
    null,
  ]);
  expect(actions.at(-1)).toContain('"actions":["Microsoft.Insights/metrics/read"]');
});

test("who may scale a server holds a role of its own on that server alone", () => {
  const server = {
    resourceId:
      "/subscriptions/00000000-0000-4000-8000-000000000009/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop-db",
    region: "westeurope",
    maxConnections: 859,
    hasActivityMetrics: true,
    mayChangeParameters: false,
    mayScale: true,
    reach: "network",
  };
  const runner = grants("main.prod.bicepparam", { watchedServers: [server] })["runner"];
  expect(runner?.filter((grant) => grant.startsWith("PostgreSQL"))).toEqual([
    "PostgreSQL operations on subscriptions/00000000-0000-4000-8000-000000000009",
    "PostgreSQL server size on flexibleServers/shop-db",
  ]);
});

test("the audit archive can be read and added to, by the runner alone: nobody overwrites or deletes in it", () => {
  const roles = ownRoles().filter(({ symbol }) => symbol === "archiveRole");
  expect(roles).toHaveLength(1);
  const [role] = roles;
  if (role === undefined) throw new Error("the role is missing");
  const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
  expect(propertyOf(role, "permissions")).toEqual([
    { actions: [], dataActions: [`${blobs}/read`, `${blobs}/add/action`] },
  ]);
  const onArchive = Object.entries(grants("main.prod.bicepparam")).flatMap(([zone, list]) =>
    list.filter((grant) => grant.includes("audit")).map((grant) => `${zone}: ${grant}`),
  );
  expect(onArchive).toEqual(["runner: append to the audit archive on containers/audit"]);
});
