import type { ActionEntry } from "./entry.ts";

/** Changes a server parameter through Azure Resource Manager: ALTER SYSTEM is not available on the managed service. */
export const setServerParameter: ActionEntry<"set_server_parameter"> = {
  kind: "set_server_parameter",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "platform",
  lock: "none; the server reads its settings again, nothing restarts",
  statements: () => [],
  inWords: ({ name, value, oldValue }) => `Azure server parameter ${name}: ${oldValue} → ${value}`,
  inverse: ({ name, value, oldValue }) => ({
    kind: "set_server_parameter",
    parameters: { name, value: oldValue, oldValue: value },
  }),
  migration: () => null,
};
