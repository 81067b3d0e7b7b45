import type { ParametersOf } from "../../contracts/actions.ts";
import { identifier } from "../../core/identifier.ts";
import { literal } from "../../core/index-text.ts";
import type { ActionEntry } from "./entry.ts";

const statementOf = ({ role, database, setting, value }: ParametersOf<"set_role_setting">): string => {
  const who = `ALTER ROLE ${identifier(role)} IN DATABASE ${identifier(database)}`;
  return value === null ? `${who} RESET ${setting}` : `${who} SET ${setting} = ${literal(value)}`;
};

/** Changes a setting for the new sessions of one role in one database (PostgreSQL documentation, ALTER ROLE). */
export const setRoleSetting: ActionEntry<"set_role_setting"> = {
  kind: "set_role_setting",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "executor",
  lock: "none; sessions that are open keep the old value until they connect again",
  statements: (parameters) => [statementOf(parameters)],
  inverse: (parameters) => ({
    kind: "set_role_setting",
    parameters: { ...parameters, value: parameters.oldValue, oldValue: parameters.value },
  }),
  migration: (parameters) => `${statementOf(parameters)};\n`,
};
