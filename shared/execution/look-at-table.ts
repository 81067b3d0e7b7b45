import { ownSessions } from "../catalogue/diagnostics/own-sessions.ts";
import { type TableUpkeep, tableUpkeep } from "../catalogue/diagnostics/table-upkeep.ts";
import type { TypedAction } from "../contracts/actions.ts";
import type { Precondition } from "../contracts/proposal.ts";
import { one } from "../investigation/take-snapshot.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Surroundings, Target } from "./look.ts";
import { precondition } from "./precondition.ts";

type TableAction = Extract<
  TypedAction,
  {
    kind:
      | "analyze_table"
      | "vacuum_table"
      | "vacuum_freeze"
      | "create_statistics"
      | "drop_statistics"
      | "set_column_statistics"
      | "set_table_autovacuum"
      | "set_table_fillfactor";
  }
>;

/** How an action on a table stands: what is set on it, and how often it was vacuumed and analysed. */
export async function lookAtTable(around: Surroundings, action: TableAction): Promise<Target> {
  const { session, since, table } = around;
  const { schema, table: name } = action.parameters;
  const { working } = await one(session.query(ownSessions, [since.application]));
  const [upkeep] = await session.query(tableUpkeep, [schema, name]);
  const stamp = stampOf(action, upkeep);
  const isRepeated = since.stamp !== null && since.stamp !== stamp;
  const isSet = upkeep !== undefined && isInPlace(action, upkeep);
  const isDone = leavesTrace(action) ? isSet && (!analysesToo(action) || isRepeated) : isRepeated;
  return {
    progress: working > 0 ? "running" : isDone ? "done" : "pending",
    statementsDone: isSet && analysesToo(action) ? 1 : 0,
    preconditions: conditionsOf(action, table !== null, isSet && since.stamp === null),
    owner: table?.owner ?? null,
    object: table === null ? null : { oid: table.oid, bytes: table.bytes },
    leftover: null,
    stamp,
    fingerprint: table === null ? "" : fingerprintOf(table, null),
    what: `${schema}.${name}`,
  };
}

function conditionsOf(action: TableAction, isThere: boolean, isSetAlready: boolean): Precondition[] {
  const { schema, table } = action.parameters;
  const there = precondition("table-there", "The table is there", isThere, isThere ? `${schema}.${table}` : "gone");
  if (action.kind !== "create_statistics") return [there];
  const label = "No statistics object has this name";
  return [there, precondition("no-such-statistics", label, !isSetAlready, isSetAlready ? "there is one" : "none")];
}

/** VACUUM and ANALYZE leave only counts; everything else can be read from the catalog. */
const leavesTrace = ({ kind }: TableAction): boolean =>
  kind !== "analyze_table" && kind !== "vacuum_table" && kind !== "vacuum_freeze";
const analysesToo = (action: TableAction): boolean =>
  action.kind === "create_statistics" || (action.kind === "set_column_statistics" && action.parameters.target >= 0);

function stampOf({ kind }: TableAction, upkeep: TableUpkeep | undefined): string {
  if (upkeep === undefined) return "";
  return String(kind === "vacuum_table" || kind === "vacuum_freeze" ? upkeep.vacuums : upkeep.analyses);
}

function isInPlace(action: TableAction, upkeep: TableUpkeep): boolean {
  switch (action.kind) {
    case "analyze_table":
    case "vacuum_table":
    case "vacuum_freeze":
      return false;
    case "create_statistics":
      return upkeep.statistics.includes(action.parameters.name);
    case "drop_statistics":
      return !upkeep.statistics.includes(action.parameters.name);
    case "set_column_statistics":
      return hasTarget(upkeep, action.parameters);
    case "set_table_fillfactor":
      return optionOf(upkeep, "fillfactor") === textOf(action.parameters.fillfactor);
    case "set_table_autovacuum":
      return (
        optionOf(upkeep, "autovacuum_enabled") === textOf(action.parameters.enabled) &&
        optionOf(upkeep, "autovacuum_vacuum_scale_factor") === textOf(action.parameters.scaleFactor) &&
        optionOf(upkeep, "autovacuum_vacuum_threshold") === textOf(action.parameters.threshold)
      );
  }
}

function hasTarget({ targets }: TableUpkeep, { column, target }: { column: string; target: number }): boolean {
  const own = targets.find((known) => known.startsWith(`${column}=`));
  return target < 0 ? own === undefined : own === `${column}=${target}`;
}

const textOf = (value: string | number | boolean | null): string | null => (value === null ? null : String(value));

function optionOf({ options }: TableUpkeep, name: string): string | null {
  const option = options.find((known) => known.startsWith(`${name}=`));
  return option === undefined ? null : option.slice(name.length + 1);
}
