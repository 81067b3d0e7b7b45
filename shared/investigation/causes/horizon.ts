import type { SessionFacts } from "../../catalogue/diagnostics/sessions.ts";
import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { TypedAction } from "../../contracts/actions.ts";
import type { Measure } from "../../contracts/measure.ts";
import type { Observed } from "../observed.ts";
import { type Mending, type Point, count, point, seconds } from "./suspicion.ts";

/** A transaction that has been open for this long holds the horizon for what is not its own business. */
const LONG_SECONDS = 30;

export type Holder = {
  what: string;
  age: number;
  seconds: number | null;
  mending: Mending | null;
  recommendation: string;
  point: Point;
};

/** Who keeps VACUUM from removing rows, the oldest first: a transaction, a prepared one, a slot, a replica (PostgreSQL documentation, 24.1). */
export function horizonHolders(seen: Observed): Holder[] {
  return [...sessionHolders(seen), ...preparedHolders(seen), ...slotHolders(seen), ...replicaHolders(seen)].toSorted(
    (a, b) => b.age - a.age || (a.what < b.what ? -1 : 1),
  );
}

const gone = (measure: Measure): Mending["judgedBy"] => ({
  basis: "measure",
  measure,
  from: 1,
  goal: 0,
  direction: "falls",
});

function sessionHolders({ sessions }: Observed): Holder[] {
  return sessions
    .filter(
      ({ backend_type: type, is_here: isHere, horizon_age: age, transaction_seconds: open }) =>
        type === "client backend" && isHere && age !== null && (open ?? 0) >= LONG_SECONDS,
    )
    .map((session) => ({
      what: `session ${session.pid} of ${session.role ?? "?"}`,
      age: session.horizon_age ?? 0,
      seconds: session.transaction_seconds,
      mending: session.is_superuser || session.xact_start === null ? null : ending(session, "terminate_backend"),
      recommendation: `End session ${session.pid} (${session.application || "no application name"}), which has kept a transaction open for ${seconds(session.transaction_seconds)}.`,
      point: point(
        "pg_stat_activity",
        `Session ${session.pid} of ${session.role} is ${session.state} in a transaction of ${seconds(session.transaction_seconds)}; VACUUM must keep every row that it may see.`,
        {
          pid: session.pid,
          state: session.state,
          seconds: session.transaction_seconds,
          horizonAge: session.horizon_age,
        },
      ),
    }));
}

/** Ending or cancelling one session, bound to its very transaction. */
export function ending(
  session: SessionFacts,
  kind: "terminate_backend" | "cancel_backend",
  measure: Measure = { name: "session_present", pid: session.pid, backendStart: session.backend_start },
  from = 1,
): Mending {
  return {
    action: {
      kind,
      parameters: { pid: session.pid, backendStart: session.backend_start, xactStart: session.xact_start },
    } satisfies TypedAction,
    judgedBy: { basis: "measure", measure, from, goal: 0, direction: "falls" },
    note:
      kind === "terminate_backend"
        ? `What ${session.application || "the session"} has not committed is lost, and its client sees a broken connection.`
        : "The client gets an error for this statement; its session stays.",
  };
}

function preparedHolders({ prepared }: Observed): Holder[] {
  return prepared
    .filter(({ seconds: age }) => age >= LONG_SECONDS)
    .map(({ gid, owner, seconds: age, xid_age: xids }) => ({
      what: `prepared transaction ${gid}`,
      age: xids,
      seconds: age,
      mending: {
        action: { kind: "rollback_prepared", parameters: { gid, owner } } satisfies TypedAction,
        judgedBy: gone({ name: "prepared_present", gid }),
        note: "What it did is lost. Ask the transaction's coordinator first: it may still commit it.",
      },
      recommendation: `Commit or roll back the prepared transaction ${gid}.`,
      point: point(
        "pg_prepared_xacts",
        `The transaction ${gid} of ${owner} has been prepared for ${seconds(age)}, and nobody finishes it.`,
        { seconds: age, xidAge: xids },
      ),
    }));
}

export function slotHolders({ slots }: Observed): Holder[] {
  return slots
    .filter(({ xmin_age: xmin, catalog_xmin_age: catalog }) => xmin !== null || catalog !== null)
    .map((slot) => ({
      what: `replication slot ${slot.slot}`,
      age: Math.max(slot.xmin_age ?? 0, slot.catalog_xmin_age ?? 0),
      seconds: null,
      mending: slot.is_active
        ? null
        : {
            action: { kind: "drop_replication_slot", parameters: { slot: slot.slot } } satisfies TypedAction,
            judgedBy: gone({ name: "slot_present", slot: slot.slot }),
            note: "Whoever read from it must start from the beginning.",
          },
      recommendation: slot.is_active
        ? `Let the reader of slot ${slot.slot} catch up: it is alive, and slow.`
        : `Drop the slot ${slot.slot} if its reader will not come back.`,
      point: point(
        "pg_replication_slots",
        `The slot ${slot.slot} is ${slot.is_active ? "active" : "inactive"} and holds back transaction ids of an age of ${count(Math.max(slot.xmin_age ?? 0, slot.catalog_xmin_age ?? 0))}.`,
        { isActive: slot.is_active, xminAge: slot.xmin_age, catalogXminAge: slot.catalog_xmin_age },
      ),
    }));
}

function replicaHolders({ replicas }: Observed): Holder[] {
  return replicas
    .filter(({ horizon_age: age }) => age !== null)
    .map(({ application, horizon_age: age }) => ({
      what: `replica ${application}`,
      age: age ?? 0,
      seconds: null,
      mending: null,
      recommendation: `Look for a long query on the replica ${application}: its feedback holds rows back here.`,
      point: point(
        "pg_stat_replication",
        `The replica ${application} asks for rows back to an age of ${count(age ?? 0)} to be kept.`,
        { horizonAge: age },
      ),
    }));
}

/** The holder that keeps a table's dead rows, if there is one: older than they are, or older than the VACUUM that could not remove them. */
export function holderOf(seen: Observed, table: TableHealth): Holder | null {
  const delta = seen.interval.tables.get(table.oid);
  const isGrowing = delta !== undefined && delta.updated + delta.deleted > 0;
  return (
    horizonHolders(seen).find(({ what, age, seconds: open }) => {
      // A slot of logical decoding holds back the system catalogs, not the tables of users.
      if (
        what.startsWith("replication slot") &&
        (seen.slots.find(({ slot }) => what.endsWith(slot))?.xmin_age ?? null) === null
      )
        return false;
      const outlastedVacuum = open !== null && table.vacuum_seconds !== null && open > table.vacuum_seconds;
      return age > 0 && (outlastedVacuum || isGrowing || table.vacuum_seconds === null || open === null || age > 1);
    }) ?? null
  );
}
