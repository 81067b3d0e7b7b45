import type { PGlite } from "@electric-sql/pglite";
import { literal } from "../core/index-text.ts";
import { messageOf, type Planned } from "./clone-protocol.ts";
import { costOf, Plans, skipScans } from "./plan.ts";

/** What is switched for one plan. */
export type Switches = {
  /** Candidates by oid. */
  on: readonly number[];
  /** Existing indexes by name. */
  without: readonly string[];
  settings: Readonly<Record<string, string>>;
  /** Indexes by name that only a skip scan would use. */
  hidden: readonly string[];
};

/**
 * Plans a query with these switches, in a transaction that is taken back: nothing of them stays. Only the simple protocol plans
 * `$1` without values; the text is the server's own, and the clone has nothing to lose.
 */
export async function explain(
  database: PGlite,
  query: string,
  switches: Switches,
  withText: boolean,
): Promise<Planned> {
  // A comment at the end of a query must not swallow what follows.
  const explained = [
    `explain (generic_plan, format json) ${query}\n`,
    ...(withText ? [`explain (generic_plan) ${query}\n`] : []),
  ];
  try {
    const results = await database.exec(["begin", ...switching(switches), ...explained, "rollback"].join(";\n"));
    const [json, text] = results.filter(({ fields }) => fields[0]?.name === "QUERY PLAN");
    const [top] = Plans.parse(json?.rows)[0]?.["QUERY PLAN"] ?? [];
    if (top === undefined) return { ok: false, because: "it gave no plan" };
    return { ok: true, cost: costOf(top.Plan), plan: top.Plan, text: linesOf(text?.rows) };
  } catch (error) {
    await database.exec("rollback");
    return { ok: false, because: messageOf(error) };
  }
}

/** An index that is not valid is invisible to the planner; the change invalidates what the planner remembers of it. */
function switching({ on, without, settings, hidden }: Switches): string[] {
  const off = [...without, ...hidden];
  return [
    ...Object.entries(settings).map(([name, value]) => `select set_config(${literal(name)}, ${literal(value)}, true)`),
    ...(on.length === 0 ? [] : [`update pg_index set indisvalid = true where indexrelid in (${on.join(", ")})`]),
    ...(off.length === 0
      ? []
      : [
          `update pg_index set indisvalid = false where indexrelid in
            (select oid from pg_class where relkind = 'i' and relname in (${off.map(literal).join(", ")}))`,
        ]),
  ];
}

/** Plans again without every index that is only used by a skip scan. */
export async function withoutSkipScans(
  database: PGlite,
  leading: ReadonlyMap<string, string>,
  { query, switches, first }: { query: string; switches: Switches; first: Planned },
): Promise<Planned> {
  let planned = first;
  let hidden: readonly string[] = [];
  while (planned.ok) {
    const skipping = skipScans(planned.plan, leading).filter((name) => !hidden.includes(name));
    if (skipping.length === 0) return planned;
    hidden = [...hidden, ...skipping];
    planned = await explain(database, query, { ...switches, hidden }, first.ok && first.text !== "");
  }
  return planned;
}

const linesOf = (rows: unknown): string =>
  Array.isArray(rows) ? rows.map((row: Record<string, unknown>) => String(row["QUERY PLAN"])).join("\n") : "";

/** The first column of each b-tree, by the index's name. */
export async function leadingColumns(database: PGlite): Promise<Map<string, string>> {
  const { rows } = await database.query<{ index: string; column: string }>(
    `select c.relname::text as index, a.attname::text as column
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where m.amname = 'btree' and c.relnamespace::regnamespace::text !~ '^pg_' and i.indkey[0] > 0`,
  );
  return new Map(rows.map(({ index, column }) => [index, column]));
}
