// A statement that was too long to be stored whole cannot be planned from what is stored: the gain is checked with its whole text.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { execute } from "../../../functions/activities/execute.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import { plainShape } from "../../../shared/contracts/index-shape.ts";
import type { Run } from "../../../shared/contracts/steps.ts";
import { cutText } from "../../../shared/core/cut-text.ts";
import { aProposal } from "../../support/incidents.ts";
import { anApprovedRun, startShop } from "../../support/steps.ts";

const LONG = `/* ${"an application's own account of the call ".repeat(600)} */`;
let shop: Awaited<ReturnType<typeof startShop>>;
let statement = { key: "", query: "" };
beforeAll(async () => {
  shop = await startShop({ shared_preload_libraries: "pg_stat_statements" });
  await shop.database.query("create extension pg_stat_statements");
  await shop.database.query(`create table orders as
    select i as id, i % 10 as city, i % 5000 as customer_id from generate_series(1, 50000) i`);
  await shop.database.query("vacuum analyze orders");
  await shop.database.query(`select id ${LONG} from orders where customer_id = 7`);
  const { rows } = await shop.database.query<{ key: string; query: string }>(
    `select userid::text || '/' || queryid::text as key, query from pg_stat_statements where query like 'select id /*%'`,
  );
  statement = rows[0] ?? statement;
}, 60_000);
afterAll(() => shop.stopAll());
beforeEach(() => shop.freeServer());

const indexOn = (column: string): TypedAction => ({
  kind: "create_index",
  parameters: {
    schema: "public",
    table: "orders",
    name: `orders_${column}_idx`,
    ...plainShape([{ column, direction: "asc" }]),
  },
});

/** A run whose proposal is about the long statement, by this key, and promises to save half of its cost. */
async function aRunFor(action: TypedAction, queryId: string): Promise<Run> {
  const run = await anApprovedRun(action);
  const [target] = aProposal().targets;
  if (target === undefined) throw new Error("the proposal has a statement");
  const main = { ...target, queryId, query: cutText(statement.query, 20_000) };
  await shop.incidents.change(run.incidentId, (incident) =>
    incident.proposal === null
      ? null
      : { ...incident, proposal: { ...incident.proposal, targets: [main], minimumGain: 0.5 } },
  );
  return run;
}
const told = async ({ incidentId }: Run): Promise<string[]> =>
  ((await shop.incidents.read(incidentId))?.timeline ?? []).map(({ text }) => text);

test("an index that would not help the statement any more is not built, though its stored text was cut", async () => {
  expect(statement.query.length).toBeGreaterThan(20_000);
  const answer = await execute(await aRunFor(indexOn("city"), statement.key));
  expect(answer).toEqual({ outcome: "changed", because: "the gain is only 0 % now" });
});

test("one that helps is built", async () => {
  const run = await aRunFor(indexOn("customer_id"), statement.key);
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect((await told(run)).join()).not.toContain("not checked again");
});

test("where the server does not know the statement any more, the timeline says that the gain was not checked", async () => {
  const run = await aRunFor(indexOn("id"), "10/42");
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await told(run)).toContain(
    "The gain was not checked again: the main statement is stored cut, and is not known now.",
  );
});
