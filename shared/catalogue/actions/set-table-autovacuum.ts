import type { ParametersOf } from "../../contracts/actions.ts";
import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

const optionsOf = ({
  enabled,
  scaleFactor,
  threshold,
}: ParametersOf<"set_table_autovacuum">): [string, string | null][] => [
  ["autovacuum_enabled", enabled === null ? null : String(enabled)],
  ["autovacuum_vacuum_scale_factor", scaleFactor === null ? null : String(scaleFactor)],
  ["autovacuum_vacuum_threshold", threshold === null ? null : String(threshold)],
];

function statementsOf(parameters: ParametersOf<"set_table_autovacuum">): string[] {
  const table = `ALTER TABLE ${identifier(parameters.schema, parameters.table)}`;
  const options = optionsOf(parameters);
  const set = options.filter(([, value]) => value !== null).map(([name, value]) => `${name} = ${value}`);
  const reset = options.filter(([, value]) => value === null).map(([name]) => name);
  return [
    ...(set.length > 0 ? [`${table} SET (${set.join(", ")})`] : []),
    ...(reset.length > 0 ? [`${table} RESET (${reset.join(", ")})`] : []),
  ];
}

/** Lets autovacuum come to one table sooner (PostgreSQL documentation, CREATE TABLE, "Storage Parameters"). */
export const setTableAutovacuum: ActionEntry<"set_table_autovacuum"> = {
  kind: "set_table_autovacuum",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE for a moment: reads and writes go on",
  statements: statementsOf,
  inverse: ({ schema, table, enabled, scaleFactor, threshold, oldEnabled, oldScaleFactor, oldThreshold }) => ({
    kind: "set_table_autovacuum",
    parameters: {
      schema,
      table,
      enabled: oldEnabled ?? null,
      scaleFactor: oldScaleFactor ?? null,
      threshold: oldThreshold ?? null,
      oldEnabled: enabled,
      oldScaleFactor: scaleFactor,
      oldThreshold: threshold,
    },
  }),
  migration: (parameters) => `${statementsOf(parameters).join(";\n")};\n`,
};
