import type { TypedAction } from "../../contracts/proposal.ts";
import { createIndex } from "./create-index.ts";
import { dropIndex } from "./drop-index.ts";

/** The SQL text of a typed action: everything that PgMedic can do, and the only place where a changing statement comes from. */
export function statementOf(action: TypedAction): string {
  switch (action.kind) {
    case "create_index":
      return createIndex.statement(action.parameters);
    case "drop_index":
      return dropIndex.statement(action.parameters);
  }
}
