import { identifier } from "../core/identifier.ts";
import type { WorkloadStatement } from "./advice.ts";
import type { UnindexedForeignKey } from "../catalogue/diagnostics/planner-foreign-keys.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { tableNamed } from "./catalog.ts";
import { fieldsIn, nodesIn, parseOne } from "./syntax.ts";

/**
 * The searches that deleting parents, or changing their keys, makes in children without an index: one for each row (documentation,
 * 5.5.5). pg_stat_statements counts them with the statement on the parent, under whose key they stand here.
 */
export function childSearches(statements: readonly WorkloadStatement[], catalog: Catalog): WorkloadStatement[] {
  return statements.flatMap((statement) => {
    const parent = changedParent(statement, catalog);
    if (parent === null) return [];
    const keys = catalog.foreignKeys.filter((key) => key.parent_oid === parent.oid && isTouched(statement, key));
    return keys.flatMap((key) => searchFor(statement, key, catalog));
  });
}

function changedParent({ syntax }: WorkloadStatement, catalog: Catalog): CatalogTable | null {
  if (syntax.kind !== "DeleteStmt" && syntax.kind !== "UpdateStmt") return null;
  const relation = fieldsIn(syntax.fields["relation"]);
  const schema = relation?.["schemaname"];
  return tableNamed(catalog, String(relation?.["relname"]), typeof schema === "string" ? schema : null);
}

/** An update touches a foreign key only when it sets the key that the child refers to. */
function isTouched({ syntax }: WorkloadStatement, { parent_columns: columns }: UnindexedForeignKey): boolean {
  if (syntax.kind === "DeleteStmt") return true;
  return nodesIn(syntax.fields["targetList"]).some(({ fields }) => columns.includes(String(fields["name"])));
}

function searchFor({ key }: WorkloadStatement, foreign: UnindexedForeignKey, catalog: Catalog): WorkloadStatement[] {
  const child = catalog.tables.find(({ oid }) => oid === foreign.child_oid);
  if (child === undefined) return [];
  const condition = foreign.child_columns.map((column, at) => `${identifier(column)} = $${at + 1}`).join(" and ");
  const query = `select 1 from only ${identifier(child.schema, child.table)} where ${condition}`;
  const syntax = parseOne(query);
  return syntax === null ? [] : [{ key, query, syntax, totalMs: 0 }];
}
