import type { ParametersOf } from "../../contracts/actions.ts";
import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

const statementOf = ({ schema, table, fillfactor }: ParametersOf<"set_table_fillfactor">): string =>
  fillfactor === null
    ? `ALTER TABLE ${identifier(schema, table)} RESET (fillfactor)`
    : `ALTER TABLE ${identifier(schema, table)} SET (fillfactor = ${fillfactor})`;

/** Leaves room in new pages, so that an updated row stays in its page (PostgreSQL documentation, 65.7 Heap-Only Tuples). */
export const setTableFillfactor: ActionEntry<"set_table_fillfactor"> = {
  kind: "set_table_fillfactor",
  riskClass: "R1",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE for a moment: reads and writes go on; only new pages change",
  statements: (parameters) => [statementOf(parameters)],
  inverse: ({ fillfactor, oldFillfactor, ...relation }) => ({
    kind: "set_table_fillfactor",
    parameters: { ...relation, fillfactor: oldFillfactor ?? null, oldFillfactor: fillfactor },
  }),
  migration: (parameters) => `${statementOf(parameters)};\n`,
};
