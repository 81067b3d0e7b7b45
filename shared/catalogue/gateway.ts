import { z } from "zod";
import { PgName } from "../contracts/primitives.ts";
import type { Statement } from "../contracts/statement.ts";
import { problemsIn } from "../core/schema-problems.ts";
import { activity } from "./diagnostics/activity.ts";
import { columnSample } from "./diagnostics/column-sample.ts";
import { databaseCounters } from "./diagnostics/database-counters.ts";
import { databaseFacts } from "./diagnostics/database-facts.ts";
import { extensions } from "./diagnostics/extensions.ts";
import { foreignKeys } from "./diagnostics/foreign-keys.ts";
import { indexBuilds } from "./diagnostics/index-builds.ts";
import { indexHealth } from "./diagnostics/index-health.ts";
import { lockWaits } from "./diagnostics/lock-waits.ts";
import { partitions } from "./diagnostics/partitions.ts";
import { preparedTransactions } from "./diagnostics/prepared-transactions.ts";
import { progress } from "./diagnostics/progress.ts";
import { replicas } from "./diagnostics/replicas.ts";
import { replicationSlots } from "./diagnostics/replication-slots.ts";
import { roleConnections } from "./diagnostics/role-connections.ts";
import { roleExpiries } from "./diagnostics/role-expiries.ts";
import { roleFacts } from "./diagnostics/role-facts.ts";
import { sequences } from "./diagnostics/sequences.ts";
import { serverFacts } from "./diagnostics/server-facts.ts";
import { serverSettings } from "./diagnostics/server-settings.ts";
import { sessions } from "./diagnostics/sessions.ts";
import { settingValue } from "./diagnostics/setting-value.ts";
import { statementCounters } from "./diagnostics/statement-counters.ts";
import { statementTexts } from "./diagnostics/statement-texts.ts";
import { tableCounters } from "./diagnostics/table-counters.ts";
import { tableHealth } from "./diagnostics/table-health.ts";
import { tableUpkeep } from "./diagnostics/table-upkeep.ts";
import { tables } from "./diagnostics/tables.ts";
import { indexes } from "./diagnostics/indexes.ts";
import { waitingSessions } from "./diagnostics/waiting-sessions.ts";
import { serverLog } from "./server-log.ts";

/** What a bounded diagnostic may know of the server that it is run on. */
export type Place = {
  version: number;
  schemas: readonly string[];
  statementsSchema: string | null;
  statementsVersion: number;
};
type Bound = { statement: Statement<unknown>; values: readonly unknown[] };
type Binding = { ok: true; bound: Bound } | { ok: false; because: string };

/** A diagnostic that a person or an agent may ask for by its name, with typed parameters and nothing else. */
export type BoundedDiagnostic = {
  actionId: string;
  title: string;
  /** `bounded` reads the tables themselves: it waits for a clear server. `free` reads views of the system. */
  risk: "free" | "bounded";
  parameters: readonly string[];
  bind: (parameters: unknown, place: Place) => Binding;
};

type Definition<P> = {
  title: string;
  risk?: "bounded";
  parameters: z.ZodObject & z.ZodType<P>;
  make: (parameters: P, place: Place) => Bound | string;
};

function diagnostic<P>(actionId: string, { title, risk, parameters, make }: Definition<P>): BoundedDiagnostic {
  return {
    actionId,
    title,
    risk: risk ?? "free",
    parameters: Object.keys(parameters.shape),
    bind: (given, place) => {
      const parsed = parameters.safeParse(given);
      if (!parsed.success) return { ok: false, because: problemsIn(parsed.error, "parameters").join("; ") };
      const made = make(parsed.data, place);
      return typeof made === "string" ? { ok: false, because: made } : { ok: true, bound: made };
    },
  };
}

const nothing = z.strictObject({});
const ofTable = z.strictObject({ schema: PgName.default("public"), table: PgName });
const plain = (title: string, statement: Statement<unknown>, ofSchemas = false): Definition<object> => ({
  title,
  parameters: nothing,
  make: (_, { schemas }) => ({ statement, values: ofSchemas ? [schemas] : [] }),
});
const NO_STATEMENTS = "pg_stat_statements cannot be read on this server";

/** Every bounded diagnostic that asks the database, by its name. */
export const GATEWAY: ReadonlyMap<string, BoundedDiagnostic> = new Map(
  [
    diagnostic("activity", plain("How busy the server is", activity)),
    diagnostic("sessions", plain("Sessions, what they wait for, and who blocks them", sessions)),
    diagnostic("waiting-sessions", plain("How many sessions wait for a lock", waitingSessions)),
    diagnostic("lock-waits", plain("Locks that are waited for", lockWaits)),
    diagnostic("role-connections", plain("Connections by role", roleConnections)),
    diagnostic("role-expiries", plain("Passwords that end", roleExpiries)),
    diagnostic("prepared-transactions", plain("Prepared transactions", preparedTransactions)),
    diagnostic("replication-slots", plain("Replication slots and what they hold back", replicationSlots)),
    diagnostic("replicas", plain("Replicas and how far behind they are", replicas)),
    diagnostic("progress", plain("Maintenance that is under way", progress)),
    diagnostic("index-builds", plain("Index builds that are under way", indexBuilds)),
    diagnostic("server-facts", plain("The server, its version and since when it runs", serverFacts)),
    diagnostic("server-settings", plain("Settings with where they come from", serverSettings)),
    diagnostic("database-facts", plain("The database: size, age, counters", databaseFacts)),
    diagnostic("extensions", plain("Extensions", extensions)),
    diagnostic("table-health", plain("How the tables are kept: dead rows, ages, statistics", tableHealth, true)),
    diagnostic("index-health", plain("The indexes: use, size, validity", indexHealth, true)),
    diagnostic("table-counters", plain("How the tables are read and written", tableCounters, true)),
    diagnostic("sequences", plain("Sequences that are more than half used", sequences, true)),
    diagnostic("foreign-keys", plain("Foreign keys", foreignKeys, true)),
    diagnostic("partitions", plain("Partitioned tables", partitions, true)),
    diagnostic("database-counters", {
      title: "Deadlocks, temporary files, cache, checkpoints since the counters began",
      parameters: nothing,
      make: (_, { version }) => ({ statement: databaseCounters(version), values: [] }),
    }),
    diagnostic("setting-value", {
      title: "One setting",
      parameters: z.strictObject({ name: z.string().regex(/^[a-z_.]{2,63}$/, "a setting's name, such as work_mem") }),
      make: ({ name }) => ({ statement: settingValue, values: [name] }),
    }),
    diagnostic("role-facts", {
      title: "One role: limit, settings, sessions",
      parameters: z.strictObject({ role: PgName }),
      make: ({ role }) => ({ statement: roleFacts, values: [role] }),
    }),
    diagnostic("table-upkeep", {
      title: "One table: VACUUM, ANALYZE, dead rows, options",
      parameters: ofTable,
      make: ({ schema, table }) => ({ statement: tableUpkeep, values: [schema, table] }),
    }),
    diagnostic("tables", {
      title: "One table, or those that are watched, by size",
      parameters: z.strictObject({ table: PgName.optional() }),
      make: ({ table }, { schemas }) =>
        table === undefined
          ? { statement: tableHealth, values: [schemas] }
          : { statement: tables, values: [schemas, [table]] },
    }),
    diagnostic("indexes", {
      title: "The indexes of one table",
      parameters: z.strictObject({ tableOid: z.number().int().positive() }),
      make: ({ tableOid }) => ({ statement: indexes, values: [[tableOid]] }),
    }),
    diagnostic("statement-counters", {
      title: "The statements that took the most time since the counters began",
      parameters: z.strictObject({ limit: z.number().int().min(1).max(100).default(20) }),
      make: ({ limit }, { statementsSchema, statementsVersion }) =>
        statementsSchema === null
          ? NO_STATEMENTS
          : { statement: statementCounters(statementsSchema, statementsVersion), values: [limit] },
    }),
    diagnostic("statement-texts", {
      title: "The normalised text of one statement",
      parameters: z.strictObject({ key: z.string().regex(/^\d+\/-?\d+$/, "a statement's key: role id/queryid") }),
      make: ({ key }, { statementsSchema }) =>
        statementsSchema === null ? NO_STATEMENTS : { statement: statementTexts(statementsSchema), values: [[key]] },
    }),
    diagnostic("column-sample", {
      title: "Whether two columns of a table go together, in a sample of it",
      risk: "bounded",
      parameters: z.strictObject({ schema: PgName.default("public"), table: PgName, first: PgName, second: PgName }),
      make: ({ schema, table, first, second }) => ({
        statement: columnSample({ schema, table }, [first, second], 1),
        values: [],
      }),
    }),
  ].map((one) => [one.actionId, one]),
);

type Known = Pick<BoundedDiagnostic, "actionId" | "title" | "risk" | "parameters">;

/** Everything that the gateway can run, by its name, and nothing else: the diagnostics, and the server's log. */
export const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([...GATEWAY, [serverLog.actionId, serverLog]]);
