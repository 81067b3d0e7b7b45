import { z } from "zod";
import { WindowFigures } from "./outcome.ts";
import { IndexShape } from "./index-shape.ts";
import { Id, Oid, PgName } from "./primitives.ts";
import { TargetStatement } from "./proposal.ts";

/** What an investigation hands to the proposal: facts and typed parameters, never a statement. */
export const Remedy = z.strictObject({
  incidentId: Id,
  kind: z.literal("create_index"),
  database: z.string(),
  schema: PgName,
  table: PgName,
  tableOid: Oid,
  tableOwner: PgName,
  tableRows: z.number(),
  tableBytes: z.number(),
  indexesOnTable: z.number().int(),
  takenNames: z.array(z.string()),
  shape: IndexShape,
  estimatedBytes: z.number(),
  writesPerSecond: z.number(),
  targets: z.array(TargetStatement).min(1),
  /** The target statements together, in the interval that was investigated. */
  figures: WindowFigures,
});
export type Remedy = z.infer<typeof Remedy>;
