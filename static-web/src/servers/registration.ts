// A server's registration as people type it, and back.
import type { ServerView } from "../../../shared/contracts/api.ts";
import { Id } from "../../../shared/contracts/primitives.ts";
import { ServerRegistration, type SignIn } from "../../../shared/contracts/server.ts";

/** What stands in the form, as it was typed. Lists have a line for each, names of schemas a comma between. */
export type Draft = {
  serverId: string;
  displayName: string;
  resourceId: string;
  environment: string;
  tier: string;
  vCores: string;
  schemas: string;
  connection: string;
  host: string;
  port: string;
  database: string;
  tls: string;
  investigatorSignIn: string;
  investigator: string;
  investigatorPassword: string;
  executorSignIn: string;
  executor: string;
  executorPassword: string;
  urlSetting: string;
  alertLabels: string;
  dependents: string;
  enabled: boolean;
  mayScale: boolean;
  detection: boolean;
};
export type FieldName = keyof Draft;
export type Problems = Partial<Record<FieldName, string>>;
export type Registered =
  | { ok: true; serverId: string; registration: ServerRegistration }
  | { ok: false; problems: Problems };

const EMPTY: Draft = {
  serverId: "",
  displayName: "",
  resourceId: "",
  environment: "production",
  tier: "standard",
  vCores: "2",
  schemas: "public",
  connection: "roles",
  host: "",
  port: "5432",
  database: "",
  tls: "verify-full",
  investigatorSignIn: "entra",
  investigator: "pgmedic_investigator",
  investigatorPassword: "",
  executorSignIn: "entra",
  executor: "pgmedic_executor",
  executorPassword: "",
  urlSetting: "",
  alertLabels: "",
  dependents: "",
  enabled: true,
  mayScale: false,
  detection: true,
};

/** What the form begins with: a new server, or one that is registered. */
export function draftOf(server: ServerView | null): Draft {
  if (server === null) return EMPTY;
  const { serverId, displayName, resourceId, environment, tier, enabled, mayScale, detection, connection } = server;
  return {
    ...EMPTY,
    serverId,
    displayName,
    resourceId,
    environment,
    tier,
    enabled,
    mayScale,
    detection,
    connection: connection.kind,
    vCores: String(server.vCores),
    schemas: server.schemas.join(", "),
    alertLabels: Object.entries(server.alertLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    dependents: (server.dependents ?? []).join("\n"),
    ...(connection.kind === "url" ? { urlSetting: connection.urlSetting } : rolesAsTyped(connection)),
  };
}

function rolesAsTyped(connection: Extract<ServerView["connection"], { kind: "roles" }>): Partial<Draft> {
  const { host, port, database, tls, investigator, executor } = connection;
  const passwordOf = (signIn: SignIn): string => (signIn.kind === "password" ? signIn.passwordSetting : "");
  return {
    host,
    database,
    tls,
    port: String(port),
    investigatorSignIn: investigator.kind,
    investigator: investigator.user,
    investigatorPassword: passwordOf(investigator),
    executorSignIn: executor.kind,
    executor: executor.user,
    executorPassword: passwordOf(executor),
  };
}

/**
 * The registration that a draft comes to, or what is wrong with each field. What the form does not show stays as it is with a server that is
 * registered.
 */
export function registrationOf(draft: Draft, known: ServerView | null): Registered {
  const id = Id.safeParse(draft.serverId.trim());
  const labels = labelsIn(draft.alertLabels);
  const dependents = linesOf(draft.dependents);
  const { alertLabels: _, dependents: __, ...unseen } = known ?? {};
  const parsed = ServerRegistration.safeParse({
    ...only(unseen, Object.keys(ServerRegistration.shape)),
    displayName: draft.displayName.trim(),
    resourceId: draft.resourceId.trim(),
    environment: draft.environment,
    tier: draft.tier,
    enabled: draft.enabled,
    mayScale: draft.mayScale,
    detection: draft.detection,
    vCores: Number(draft.vCores),
    schemas: draft.schemas.split(",").flatMap((name) => name.trim() || []),
    connection: connectionIn(draft),
    ...(labels === null || Object.keys(labels).length === 0 ? {} : { alertLabels: labels }),
    ...(dependents.length === 0 ? {} : { dependents }),
  });
  const problems: Problems = {
    ...(id.success ? {} : { serverId: "An id has 1–40 letters, digits, hyphens or underscores." }),
    ...(labels === null ? { alertLabels: "A line for each label: name=value." } : {}),
    ...(parsed.success ? {} : problemsAt(parsed.error.issues, draft)),
  };
  if (id.success && parsed.success && labels !== null)
    return { ok: true, serverId: id.data, registration: parsed.data };
  return { ok: false, problems };
}

function connectionIn(draft: Draft): unknown {
  if (draft.connection === "url") return { kind: "url", urlSetting: draft.urlSetting.trim() };
  const signIn = (kind: string, user: string, passwordSetting: string): unknown =>
    kind === "password"
      ? { kind, user: user.trim(), passwordSetting: passwordSetting.trim() }
      : { kind, user: user.trim() };
  return {
    kind: "roles",
    host: draft.host.trim(),
    port: Number(draft.port),
    database: draft.database.trim(),
    tls: draft.tls,
    investigator: signIn(draft.investigatorSignIn, draft.investigator, draft.investigatorPassword),
    executor: signIn(draft.executorSignIn, draft.executor, draft.executorPassword),
  };
}

const linesOf = (text: string): string[] => text.split("\n").flatMap((line) => line.trim() || []);

/** Null where a line is no label. */
function labelsIn(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const line of linesOf(text)) {
    const [, name = "", value = ""] = /^([^=]+)=(.+)$/.exec(line) ?? [];
    if (name.trim() === "" || value.trim() === "") return null;
    labels[name.trim()] = value.trim();
  }
  return labels;
}

/** Which field a path of the contract is about; the longest that fits counts. */
const FIELD_AT: Record<string, FieldName> = {
  displayName: "displayName",
  resourceId: "resourceId",
  environment: "environment",
  tier: "tier",
  vCores: "vCores",
  schemas: "schemas",
  connection: "connection",
  "connection.host": "host",
  "connection.port": "port",
  "connection.database": "database",
  "connection.tls": "tls",
  "connection.investigator": "investigator",
  "connection.investigator.passwordSetting": "investigatorPassword",
  "connection.executor": "executor",
  "connection.executor.passwordSetting": "executorPassword",
  "connection.urlSetting": "urlSetting",
  alertLabels: "alertLabels",
  dependents: "dependents",
};

type Issue = { path: PropertyKey[]; message: string };

function problemsAt(issues: readonly Issue[], draft: Draft): Problems {
  const problems: Problems = {};
  for (const { path, message } of issues) {
    const field = fieldAt(path.map(String).join(".")) ?? "displayName";
    problems[field] ??= draft[field] === "" ? "Fill this in." : message;
  }
  return problems;
}

/** The field of the form that an error of the API is about; null for one that it does not show. */
export function fieldAt(path: string): FieldName | null {
  const [longest] = Object.keys(FIELD_AT)
    .filter((known) => path === known || path.startsWith(`${known}.`))
    .toSorted((a, b) => b.length - a.length);
  return longest === undefined ? null : (FIELD_AT[longest] ?? null);
}

const only = (value: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
