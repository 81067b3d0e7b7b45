import { literal } from "../../core/index-text.ts";
import type { ActionEntry } from "./entry.ts";

/** Drops a slot that nobody reads, so that its write-ahead log and its horizon are let go. An active slot makes it fail. */
export const dropReplicationSlot: ActionEntry<"drop_replication_slot"> = {
  kind: "drop_replication_slot",
  riskClass: "R3",
  isDestructive: true,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "executor",
  lock: "none; whoever read from it must start from the beginning",
  statements: ({ slot }) => [`SELECT pg_drop_replication_slot(${literal(slot)})`],
  inverse: () => null,
  migration: () => null,
};
