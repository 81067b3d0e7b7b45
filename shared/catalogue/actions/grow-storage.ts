import type { ActionEntry } from "./entry.ts";

/** Gives the server more storage, through Azure Resource Manager. It can never be made smaller again: a person decides. */
export const growStorage: ActionEntry<"grow_storage"> = {
  kind: "grow_storage",
  riskClass: "R3",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "platform",
  lock: "none; the disk grows while the server runs, and can never shrink",
  statements: () => [],
  inWords: ({ fromGiB, toGiB }) => `Azure storage: ${fromGiB} GiB → ${toGiB} GiB`,
  inverse: () => null,
  migration: () => null,
};
