import { ownSessions } from "../catalogue/diagnostics/own-sessions.ts";
import { type TableUpkeep, tableUpkeep } from "../catalogue/diagnostics/table-upkeep.ts";
import type { TypedAction } from "../contracts/actions.ts";
import type { Precondition } from "../contracts/proposal.ts";
import { tableOptions } from "../core/table-options.ts";
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
    preconditions: [...conditionsOf(action, table !== null, isSet && since.stamp === null), ...asItWas(action, upkeep)],
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
    case "set_table_fillfactor":
    case "set_table_autovacuum": {
      const { now, wanted } = settingsOf(action, upkeep);
      return isSame(now, wanted);
    }
  }
}

type Settings = readonly (number | boolean | null)[];
/** Undefined is what the action does not say. */
type OldSettings = readonly (Settings[number] | undefined)[];
type SettingAction = Extract<
  TableAction,
  { kind: "set_column_statistics" | "set_table_autovacuum" | "set_table_fillfactor" }
>;
const isSetting = (action: TableAction): action is SettingAction =>
  action.kind === "set_column_statistics" ||
  action.kind === "set_table_autovacuum" ||
  action.kind === "set_table_fillfactor";
const isSame = (one: Settings, other: Settings): boolean => one.every((value, place) => value === other[place]);

/** What is set now, what is to be set, and what was set when it was looked at: what the way back restores. */
function settingsOf(action: SettingAction, upkeep: TableUpkeep): { now: Settings; wanted: Settings; old: OldSettings } {
  const options = tableOptions(upkeep.options);
  switch (action.kind) {
    case "set_column_statistics": {
      const { column, target, oldTarget } = action.parameters;
      return { now: [targetOf(upkeep, column)], wanted: [target], old: [oldTarget] };
    }
    case "set_table_fillfactor": {
      const { fillfactor, oldFillfactor } = action.parameters;
      return { now: [options.fillfactor], wanted: [fillfactor], old: [oldFillfactor] };
    }
    case "set_table_autovacuum": {
      const { enabled, scaleFactor, threshold, oldEnabled, oldScaleFactor, oldThreshold } = action.parameters;
      return {
        now: [options.enabled, options.scaleFactor, options.threshold],
        wanted: [enabled, scaleFactor, threshold],
        old: [oldEnabled, oldScaleFactor, oldThreshold],
      };
    }
  }
}

/** Whoever changed the setting since it was looked at would lose that by the way back. */
function asItWas(action: TableAction, upkeep: TableUpkeep | undefined): Precondition[] {
  if (upkeep === undefined || !isSetting(action)) return [];
  const { now, wanted, old } = settingsOf(action, upkeep);
  if (old.includes(undefined)) return [];
  const observed = now.map((value) => (value === null ? "nothing is set" : String(value))).join(", ");
  // Several settings may take two statements: between them some are as they were, and the others as they shall be.
  const isAsItWas = now.every((value, place) => value === old[place] || value === wanted[place]);
  return [precondition("as-it-was", "What is set is what was looked at", isAsItWas, observed)];
}

const targetOf = ({ targets }: TableUpkeep, column: string): number => {
  const own = targets.find((known) => known.startsWith(`${column}=`));
  return own === undefined ? -1 : Number(own.slice(column.length + 1));
};
