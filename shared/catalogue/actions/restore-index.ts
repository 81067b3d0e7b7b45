import type { ActionEntry } from "./entry.ts";

/** Makes a dropped index again, from what pg_get_indexdef said of it. Only ever the way back from a drop. */
export const restoreIndex: ActionEntry<"restore_index"> = {
  kind: "restore_index",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: true,
  waitsForTransactions: true,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other DDL on the table waits",
  statements: ({ definition }) => [definition.replace(/^CREATE (UNIQUE )?INDEX /, "CREATE $1INDEX CONCURRENTLY ")],
  inverse: () => null,
  migration: () => null,
};
