import { nextStorage, StorageGiB } from "../../contracts/compute-sizes.ts";
import type { Observed } from "../observed.ts";
import { MEGABYTE } from "./bytes.ts";
import { type CauseRules, type Mending, type Suspicion, count, megabytes, point } from "./suspicion.ts";

const RETAINED_BYTES = 1_024 * MEGABYTE;

const RETAINED_SHARE = 0.2;

/** The disk fills: what grows. */
export const storageGrowth: CauseRules = {
  cause: "storage_growth",
  explains: ["storage"],
  weigh: (seen) => [...retained(seen), ...grown(seen)],
};

function retained(seen: Observed): Suspicion[] {
  return seen.slots
    .filter(
      ({ is_active: isActive, retained_bytes: bytes, xmin_age: xmin, catalog_xmin_age: catalog }) =>
        !isActive &&
        xmin === null &&
        catalog === null &&
        (bytes ?? 0) >= Math.min(RETAINED_BYTES, Math.max(64 * MEGABYTE, (seen.database?.bytes ?? 0) * RETAINED_SHARE)),
    )
    .map(({ slot, retained_bytes: bytes }) => ({
      proven: true,
      cause: "storage_growth",
      subject: `replication slot ${slot}`,
      statement: `The inactive slot ${slot} keeps ${megabytes(bytes ?? 0)} of write-ahead log.`,
      impact: 0.9,
      for: [
        point("pg_replication_slots", `${slot} is inactive and keeps ${megabytes(bytes ?? 0)}.`, {
          retainedBytes: bytes,
        }),
      ],
      against: [],
      mending: {
        action: { kind: "drop_replication_slot", parameters: { slot } },
        judgedBy: { basis: "measure", measure: { name: "slot_present", slot }, from: 1, goal: 0, direction: "falls" },
        note: "Whoever read from it must start from the beginning.",
      },
      recommendation: `Drop the slot ${slot} if its reader will not come back, and set max_slot_wal_keep_size.`,
    }));
}

function grown(seen: Observed): Suspicion[] {
  if (seen.complaint.symptom !== "storage") return [];
  const growing = [...seen.interval.tables.values()]
    .flatMap((delta) => {
      const table = seen.tables.find(({ oid }) => oid === delta.oid);
      const net = delta.inserted - delta.deleted;
      return table === undefined || net <= 0
        ? []
        : [{ table, net, bytes: (table.bytes / Math.max(table.live_rows, 1)) * net }];
    })
    .toSorted((a, b) => b.bytes - a.bytes || a.table.oid - b.table.oid);
  const largest = seen.tables.toSorted((a, b) => b.bytes - a.bytes || a.oid - b.oid).slice(0, 3);
  const [first] = growing;
  const name = first === undefined ? largest[0]?.table : first.table.table;
  if (name === undefined) return [];
  return [
    {
      proven: true,
      cause: "storage_growth",
      subject: first === undefined ? "the database" : `${first.table.schema}.${first.table.table}`,
      statement:
        first === undefined
          ? `The database takes ${megabytes(seen.database?.bytes ?? 0)}; nothing grows right now. The largest table is ${name}.`
          : `${name} grows by about ${megabytes((first.bytes / Math.max(seen.interval.seconds, 1)) * 86_400)} a day.`,
      impact: 0.5,
      for: [
        ...growing.slice(0, 3).map(({ table, net, bytes }) =>
          point("pg_stat_user_tables", `${count(net)} more rows in ${table.table}, about ${megabytes(bytes)}.`, {
            table: table.table,
            rows: net,
            bytes,
          }),
        ),
        point(
          "pg_class",
          `The largest tables are ${largest.map(({ table, bytes }) => `${table} (${megabytes(bytes)})`).join(", ")}.`,
          {},
        ),
      ],
      against: [],
      mending: largerDisk(seen),
      recommendation: `Decide how long rows of ${name} are kept, and partition it by time so that old ones can be dropped; grow the storage before it is full (it can never shrink).`,
    },
  ];
}

/** The next larger disk, where the registration lets PgMedic grow it, Azure does not by itself, and the alert says how full it is. */
function largerDisk(seen: Observed): Mending | null {
  const { resource, complaint } = seen;
  if (resource === null || complaint.metric !== "storage_percent" || complaint.value === null) return null;
  if (resource.state !== "Ready" || resource.replicas > 0) return null;
  if (resource.storageType !== "Premium_LRS" || resource.growsByItself) return null;
  // A slot that keeps the log would fill a larger disk too.
  if (retained(seen).length > 0) return null;
  const [from, to] = [resource.storageGiB, nextStorage(resource.storageGiB)].map(
    (gib) => StorageGiB.safeParse(gib).data,
  );
  if (from === undefined || to === undefined) return null;
  return {
    action: { kind: "grow_storage", parameters: { fromGiB: from, toGiB: to } },
    judgedBy: {
      basis: "measure",
      measure: { name: "storage_percent" },
      from: Math.round(complaint.value),
      goal: Math.round((complaint.value * from) / to),
      direction: "falls",
    },
    note: `${to - from} GiB more, paid for from now on: storage can never be made smaller again.`,
  };
}
