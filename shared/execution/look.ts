import type { Session } from "../adapters/postgres.ts";
import type { CatalogTable } from "../advisor/catalog.ts";
import { relationOf, type TypedAction } from "../contracts/actions.ts";
import type { Precondition } from "../contracts/proposal.ts";
import type { Server } from "../contracts/server.ts";
import type { ServerResource } from "../contracts/server-resource.ts";
import { lookAtIndex } from "./look-at-index.ts";
import { lookAtRole } from "./look-at-role.ts";
import { lookAtServer } from "./look-at-server.ts";
import { lookAtSession } from "./look-at-session.ts";
import { lookAtTable } from "./look-at-table.ts";
import { readServerGate, type ServerGate } from "./server-gate.ts";
import { readTable } from "./read-table.ts";

/** How an action stands in the server, by the server's own catalog: what a command answered proves nothing. */
export type Progress = "pending" | "running" | "done" | "leftover" | "other";
export type Target = {
  progress: Progress;
  /** How many of the action's statements are done already. */
  statementsDone: number;
  preconditions: Precondition[];
  /** The role that owns what is touched. */
  owner: string | null;
  /** What was made or changed, where it has an OID. */
  object: { oid: number; bytes: number } | null;
  /** An index that a broken-off build left and that is in the way. */
  leftover: { schema: string; index: string } | null;
  /** Changes with every run of what leaves no other trace, such as ANALYZE. */
  stamp: string;
  /** A digest of what was agreed on: any change of it is another action. */
  fingerprint: string;
  /** What is touched, in the field's words. */
  what: string;
};
export type Look = Target & { gate: ServerGate; table: CatalogTable | null };

/** What a look needs to know of the run: the name of its sessions, and the stamp before its first attempt. */
export type Since = {
  application: string;
  stamp: string | null;
  /** Reads the server as Azure has it; asked for by what changes its size. */
  readResource: () => Promise<ServerResource | null>;
};

/** Looks, as the investigator, at the server and at what an action is about. */
export async function look(session: Session, server: Server, action: TypedAction, since: Since): Promise<Look> {
  const gate = await readServerGate(session, server);
  const relation = relationOf(action);
  const table = relation === null ? null : await readTable(session, gate.version, relation);
  const target = await targetOf({ session, server, gate, table, since }, action);
  return { ...target, gate, table };
}

export type Surroundings = {
  session: Session;
  server: Server;
  gate: ServerGate;
  table: CatalogTable | null;
  since: Since;
};

function targetOf(around: Surroundings, action: TypedAction): Promise<Target> {
  switch (action.kind) {
    case "create_index":
    case "drop_index":
    case "restore_index":
    case "reindex_index":
      return lookAtIndex(around, action);
    case "analyze_table":
    case "vacuum_table":
    case "vacuum_freeze":
    case "create_statistics":
    case "drop_statistics":
    case "set_column_statistics":
    case "set_table_autovacuum":
    case "set_table_fillfactor":
      return lookAtTable(around, action);
    case "terminate_backend":
    case "cancel_backend":
      return lookAtSession(around, action);
    case "set_role_setting":
    case "set_role_connection_limit":
      return lookAtRole(around, action);
    case "rollback_prepared":
    case "drop_replication_slot":
    case "set_server_parameter":
    case "scale_compute":
    case "grow_storage":
      return lookAtServer(around, action);
  }
}
