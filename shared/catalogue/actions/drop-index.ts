import type { DropIndexParameters } from "../../contracts/proposal.ts";
import { identifier } from "../../core/identifier.ts";

/** Removes an index without blocking reads or writes. Here it only undoes what PgMedic itself built. */
export const dropIndex = {
  kind: "drop_index",
  riskClass: "R3",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on",
  statement: ({ schema, name }: DropIndexParameters): string => `DROP INDEX CONCURRENTLY ${identifier(schema, name)}`,
} as const;
