import type { TypedAction } from "../contracts/actions.ts";
import { indexText } from "./index-text.ts";

/** The target of an action, as cooldown and oscillation count it: what is changed, not to what. */
export function targetOf(action: TypedAction): string {
  switch (action.kind) {
    case "create_index":
      return indexText(action.parameters.schema, action.parameters.table, action.parameters);
    case "drop_index":
    case "restore_index":
    case "reindex_index":
    case "create_statistics":
    case "drop_statistics":
      return `${action.parameters.schema}.${action.parameters.name}`;
    case "set_column_statistics":
      return `${action.parameters.schema}.${action.parameters.table}.${action.parameters.column}`;
    case "analyze_table":
    case "vacuum_table":
    case "vacuum_freeze":
    case "set_table_autovacuum":
    case "set_table_fillfactor":
      return `${action.parameters.schema}.${action.parameters.table}`;
    case "terminate_backend":
    case "cancel_backend":
      return `${action.parameters.pid}/${action.parameters.backendStart}`;
    case "rollback_prepared":
      return action.parameters.gid;
    case "drop_replication_slot":
      return action.parameters.slot;
    case "set_role_setting":
      return `${action.parameters.role}/${action.parameters.setting}`;
    case "set_role_connection_limit":
      return action.parameters.role;
    case "set_server_parameter":
      return action.parameters.name;
    case "scale_compute":
      return "compute";
    case "grow_storage":
      return "storage";
  }
}

/** The target of an action as it may be remembered: a session or a transaction never comes again, and constants stay out. */
export function lastingTargetOf(action: TypedAction): string {
  if (action.kind === "terminate_backend" || action.kind === "cancel_backend") return "a session";
  if (action.kind === "rollback_prepared") return "a prepared transaction";
  return withoutConstants(targetOf(action));
}

/** A quoted name, which may hold an apostrophe; a string; a number that is no part of a name. */
const NAME_OR_CONSTANT = /"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w$.])-?\d+(?:\.\d+)?(?![\w$])/g;

/** A text about objects of a database with every constant in it replaced by `?`. */
export const withoutConstants = (text: string): string =>
  text.replaceAll(NAME_OR_CONSTANT, (part) => (part.startsWith('"') ? part : "?"));
