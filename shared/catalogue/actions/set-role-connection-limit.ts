import type { ParametersOf } from "../../contracts/actions.ts";
import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

const statementOf = ({ role, limit }: ParametersOf<"set_role_connection_limit">): string =>
  `ALTER ROLE ${identifier(role)} CONNECTION LIMIT ${limit}`;

/** Keeps one role from taking every connection; sessions that are open stay. */
export const setRoleConnectionLimit: ActionEntry<"set_role_connection_limit"> = {
  kind: "set_role_connection_limit",
  riskClass: "R3",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "executor",
  lock: "none; new connections of the role are refused beyond the limit",
  statements: (parameters) => [statementOf(parameters)],
  inverse: ({ role, limit, oldLimit }) => ({
    kind: "set_role_connection_limit",
    parameters: { role, limit: oldLimit, oldLimit: limit },
  }),
  migration: (parameters) => `${statementOf(parameters)};\n`,
};
