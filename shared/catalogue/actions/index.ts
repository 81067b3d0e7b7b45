import type { TypedAction } from "../../contracts/proposal.ts";
import type { ActionKind } from "../../contracts/taxonomy.ts";
import { createIndex } from "./create-index.ts";
import { dropIndex } from "./drop-index.ts";

/** Everything that PgMedic can do. A kind without an entry does not compile. */
export const ACTIONS = { create_index: createIndex, drop_index: dropIndex } satisfies {
  [Kind in ActionKind]: { kind: Kind };
};

/** The SQL text of a typed action: the only place where a changing statement comes from. */
export function statementOf(action: TypedAction): string {
  switch (action.kind) {
    case "create_index":
      return createIndex.statement(action.parameters);
    case "drop_index":
      return dropIndex.statement(action.parameters);
  }
}
