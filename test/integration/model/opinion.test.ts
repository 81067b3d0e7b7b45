// Whatever a model answers: an opinion is one of the causes that were asked about, or there is none.
import { afterAll, beforeAll, expect, test } from "vitest";
import { askForOpinion } from "../../../functions/second-opinion.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { aDiagnosis } from "../../support/incidents.ts";
import { startDocuments } from "../../support/steps.ts";

let model: Fake;
let reply: Reply = { status: 503 };
let documents: Awaited<ReturnType<typeof startDocuments>>;
beforeAll(async () => {
  model = await startFake(() => reply);
  Object.assign(process.env, { PGMEDIC_MODEL_ENDPOINT: `${model.url}/v1`, PGMEDIC_MODEL: "scripted" });
  documents = await startDocuments();
});
afterAll(async () => {
  await documents.stopAll();
  await model.stop();
});

const EVIDENCE = [{ id: "e1", source: "pg_class" as const, summary: "Pages of orders are full.", facts: {} }];
const ask = (evidence = EVIDENCE) =>
  askForOpinion({ ...aDiagnosis(), evidence }, { alert: null, causes: ["hot_update_failure", "table_bloat"] });
const says = (opinion: unknown): Reply => ({
  status: 200,
  body: { choices: [{ message: { content: typeof opinion === "string" ? opinion : JSON.stringify(opinion) } }] },
});

test("one of the causes that were asked about is an opinion, and so is none", async () => {
  reply = says({ cause: "hot_update_failure", confidence: 0.7, because: "The pages are full." });
  expect((await ask())?.opinion).toMatchObject({ outcome: "given", agrees: true, confidence: 0.7 });
  reply = says({ cause: "none", confidence: 0.7, because: "Pages may be full." });
  expect((await ask())?.opinion).toMatchObject({ outcome: "given", agrees: false });
});

test.each<[string, Reply]>([
  ["an action of its own", says({ cause: "drop_index", confidence: 1, because: "x", statement: "DROP TABLE orders" })],
  ["a cause that it was not asked about", says({ cause: "replica_lag", confidence: 1, because: "x" })],
  ["more than it was asked for", says({ cause: "hot_update_failure", confidence: 1, because: "x", approve: true })],
  ["more than all confidence", says({ cause: "hot_update_failure", confidence: 7, because: "x" })],
  ["a long speech", says({ cause: "hot_update_failure", confidence: 1, because: "x".repeat(5_000) })],
  ["prose", says("I would simply restart it.")],
])("%s is no opinion, and is kept for the record", async (_what, given) => {
  reply = given;
  const asked = await ask();
  expect(asked?.opinion).toMatchObject({ outcome: "unavailable", why: expect.stringContaining("not asked for") });
  expect(asked?.answer).not.toBeNull();
});

test("a model that is away has no opinion", async () => {
  reply = { status: 503 };
  expect((await ask())?.opinion).toMatchObject({ outcome: "unavailable", why: "the model answered 503" });
});

test("where nothing was seen nobody is asked", async () => {
  const before = model.asked.length;
  expect(await ask([])).toBeNull();
  expect(model.asked).toHaveLength(before);
});
