// What PgMedic wants of its resources beyond what their types say.
import type { Expression } from "./expression.ts";
import type { Program } from "./program.ts";
import type { Problem } from "./source.ts";
import type { Instance } from "./stage.ts";
import { partsOf } from "./symbols.ts";
import { isPlainObject, isRuntime, textOf } from "./values.ts";

type Wish = { type: string; path: string; wanted: unknown; rule: string };

/** Nobody signs in with a key or password anywhere, and nothing speaks an old protocol. */
const ALWAYS: Wish[] = [
  { type: "Microsoft.Storage/storageAccounts", path: "allowSharedKeyAccess", wanted: false, rule: "local-auth" },
  { type: "Microsoft.Storage/storageAccounts", path: "allowBlobPublicAccess", wanted: false, rule: "public-data" },
  { type: "Microsoft.Storage/storageAccounts", path: "minimumTlsVersion", wanted: "TLS1_2", rule: "old-protocol" },
  { type: "Microsoft.ServiceBus/namespaces", path: "disableLocalAuth", wanted: true, rule: "local-auth" },
  { type: "Microsoft.ServiceBus/namespaces", path: "minimumTlsVersion", wanted: "1.2", rule: "old-protocol" },
  { type: "Microsoft.DocumentDB/databaseAccounts", path: "disableLocalAuth", wanted: true, rule: "local-auth" },
  { type: "Microsoft.DocumentDB/databaseAccounts", path: "minimalTlsVersion", wanted: "Tls12", rule: "old-protocol" },
  { type: "Microsoft.KeyVault/vaults", path: "enableRbacAuthorization", wanted: true, rule: "local-auth" },
  {
    type: "Microsoft.OperationalInsights/workspaces",
    path: "features.disableLocalAuth",
    wanted: true,
    rule: "local-auth",
  },
  { type: "Microsoft.Insights/components", path: "DisableLocalAuth", wanted: true, rule: "local-auth" },
  {
    type: "Microsoft.DBforPostgreSQL/flexibleServers",
    path: "authConfig.passwordAuth",
    wanted: "Disabled",
    rule: "local-auth",
  },
  {
    type: "Microsoft.DBforPostgreSQL/flexibleServers",
    path: "network.publicNetworkAccess",
    wanted: "Disabled",
    rule: "public-network",
  },
  { type: "Microsoft.Web/sites", path: "httpsOnly", wanted: true, rule: "old-protocol" },
  // Flex Consumption has no FTP and refuses a word about it (error 51021).
  { type: "Microsoft.Web/sites", path: "siteConfig.ftpsState", wanted: undefined, rule: "refused-on-flex" },
  { type: "Microsoft.Web/sites/basicPublishingCredentialsPolicies", path: "allow", wanted: false, rule: "local-auth" },
];

const closed = (type: string): Wish => ({
  type,
  path: "publicNetworkAccess",
  wanted: "Disabled",
  rule: "public-network",
});
/** What is closed to the public network in a private installation, and kept from being lost. */
const WHEN_PRIVATE = [
  closed("Microsoft.Storage/storageAccounts"),
  closed("Microsoft.DocumentDB/databaseAccounts"),
  closed("Microsoft.KeyVault/vaults"),
  { type: "Microsoft.KeyVault/vaults", path: "enablePurgeProtection", wanted: true, rule: "protection" },
];
/** Only its Premium tier can be closed. */
const WHEN_BUS_PRIVATE = closed("Microsoft.ServiceBus/namespaces");

/** A value below `properties`, by its dotted path. */
export function propertyOf(instance: Instance, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    const known = isRuntime(value) ? value.known : value;
    return isPlainObject(known) ? known[name] : undefined;
  }, instance.body()["properties"]);
}

/** Wishes that the resources of a deployment do not meet; `means` says how private it is meant to be. */
export function wishProblems(
  instances: readonly Instance[],
  means: { isPrivate: boolean; isBusPrivate: boolean },
): Problem[] {
  const deployed = instances.filter(({ isDeployed, isExisting }) => isDeployed && !isExisting);
  const wishes = [
    ...ALWAYS,
    ...(means.isPrivate ? WHEN_PRIVATE : []),
    ...(means.isBusPrivate ? [WHEN_BUS_PRIVATE] : []),
  ];
  const unmet = deployed.flatMap((instance) =>
    wishes
      .filter(({ type, path, wanted }) => type === instance.type && propertyOf(instance, path) !== wanted)
      .map(({ path, wanted, rule }) => problem(instance, rule, `${path} must be ${textOf(wanted)}`)),
  );
  return [...unmet, ...deployed.flatMap(ofRoleAssignment)];
}

const problem = ({ file, line, symbol }: Instance, rule: string, message: string): Problem => ({
  file,
  line,
  rule,
  message: `${symbol}: ${message}`,
});

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BUILT_IN = /\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f-]{36}$/;

function ofRoleAssignment(instance: Instance): Problem[] {
  const isAzure = instance.type === "Microsoft.Authorization/roleAssignments";
  if (!isAzure && !instance.type.endsWith("/sqlRoleAssignments")) return [];
  const found: Problem[] = [];
  if (!GUID.test(textOf(instance.name))) found.push(problem(instance, "role-name", "its name must come from guid()"));
  const role = textOf(propertyOf(instance, "roleDefinitionId"));
  const isFull = isAzure ? BUILT_IN.test(role) : role.includes("/sqlRoleDefinitions/");
  if (!isFull) found.push(problem(instance, "role-id", `the role must be a full id: ${role}`));
  if (isAzure && propertyOf(instance, "principalType") !== "ServicePrincipal")
    found.push(
      problem(instance, "role-principal", "principalType must be ServicePrincipal, or a new identity is not found"),
    );
  return found;
}

/** Outputs are readable by everybody who may read the deployment: none comes from a secret. */
export function outputProblems({ source, parameters, outputs }: Program): Problem[] {
  const secrets = [...parameters.values()].filter(({ decorators }) => decorators.has("secure")).map(({ name }) => name);
  return outputs
    .filter(({ value }) =>
      everyPart(value).some(
        (part) =>
          (part.kind === "name" && secrets.includes(part.name)) ||
          (part.kind === "call" && part.name.startsWith("list")),
      ),
    )
    .map(({ name, line }) => ({
      file: source.file,
      line,
      rule: "secret-output",
      message: `${name} gives a secret away`,
    }));
}

function everyPart(expression: Expression): Expression[] {
  return [expression, ...partsOf(expression).flatMap(([part]) => everyPart(part))];
}
