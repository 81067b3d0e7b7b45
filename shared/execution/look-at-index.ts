import { extensionRights } from "../catalogue/diagnostics/extension-rights.ts";
import { indexBuilds } from "../catalogue/diagnostics/index-builds.ts";
import { ownSessions } from "../catalogue/diagnostics/own-sessions.ts";
import { tableUpkeep } from "../catalogue/diagnostics/table-upkeep.ts";
import type { Precondition } from "../contracts/proposal.ts";
import { one } from "../investigation/take-snapshot.ts";
import { indexConditions } from "./index-conditions.ts";
import { type IndexAction, indexOf, indexProgress, leftoverOf } from "./index-progress.ts";
import type { Surroundings, Target } from "./look.ts";
import { precondition } from "./precondition.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** How an action on an index stands. Builds are read before the catalog: one that ends in between must not look broken off. */
export async function lookAtIndex(around: Surroundings, action: IndexAction): Promise<Target> {
  const { session, since, table } = around;
  const builds = await session.query(indexBuilds);
  const { working } = await one(session.query(ownSessions, [since.application]));
  const { schema, table: tableName, name } = action.parameters;
  const index = indexOf(action, table);
  const [upkeep] = await session.query(tableUpkeep, [schema, tableName]);
  const stamp = String(upkeep?.analyses ?? 0);
  const state = indexProgress(action, table, { builds, application: since.application, working });
  // An expression has statistics of its own only once the table was analysed with the index there.
  const isAnalysed = !needsAnalysis(action) || since.stamp === null || stamp !== since.stamp;
  const isBuilt = state === "done" && !isAnalysed;
  return {
    progress: isBuilt ? "pending" : state,
    statementsDone: isBuilt ? statementsBeforeAnalysis(action) : 0,
    preconditions:
      table === null ? [] : [...indexConditions(action, table), ...(await extensionConditions(around, action))],
    owner: table?.owner ?? null,
    object: index === null ? null : { oid: index.oid, bytes: index.bytes },
    leftover: leftoverOf(action, table, index),
    stamp,
    fingerprint: table === null ? "" : fingerprintOf(table, name),
    what: `${schema}.${tableName}`,
  };
}

/** An operator class of an extension needs it in the database, or an owner who may create it. */
async function extensionConditions({ session, table }: Surroundings, action: IndexAction): Promise<Precondition[]> {
  if (!needsTrigrams(action)) return [];
  const [found] = await session.query(extensionRights, ["pg_trgm", table?.owner ?? ""]);
  const holds = found?.is_installed === true || (found?.is_available === true && found.may_create);
  const observed =
    found?.is_available === true
      ? `not created, and ${table?.owner} may not create it`
      : "not available on this server";
  return [
    precondition("extension", "The extension pg_trgm is there, or may be created", holds, holds ? "it is" : observed),
  ];
}

const needsTrigrams = (action: IndexAction): boolean =>
  action.kind === "create_index" &&
  action.parameters.keys.some(({ operatorClass }) => operatorClass === "gin_trgm_ops");
const needsAnalysis = (action: IndexAction): boolean =>
  action.kind === "create_index" && action.parameters.keys.some((key) => "expression" in key);
const statementsBeforeAnalysis = (action: IndexAction): number => (needsTrigrams(action) ? 2 : 1);
