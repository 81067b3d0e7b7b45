// The hourly sign of life, through the local cloud: posted to the public address, taken by ingest, looked for an hour later.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SILENCE } from "../../../functions/silence.ts";
import { AlertAnswer } from "../../../shared/contracts/api.ts";
import { hourBefore, hourOf, signOfLifeFor, signOfLifeReceiptId } from "../../../shared/core/sign-of-life.ts";
import { HOUR_MS, later } from "../../../shared/core/time.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { eventually } from "../../support/cloud.ts";
import { type Fake, startFake } from "../../support/http-fake.ts";

let platform: Platform;
/** What stands between the runner and ingest: the internet, a firewall, a name server. */
let way: Fake;
let isOpen = true;
beforeAll(async () => {
  way = await startFake(async ({ path, query, body }) => {
    if (!isOpen) return { status: 502, body: "no way through" };
    const answer = await platform.call("POST", `${path.slice(1)}?${query.toString()}`, JSON.parse(body));
    return { status: answer.status, body: await answer.text() };
  });
  platform = await startPlatform({ PGMEDIC_SIGN_OF_LIFE_URL: `${way.url}/api/alerts` });
}, 90_000);
afterAll(async () => {
  await platform?.stop();
  await way?.stop();
});
beforeEach(() => {
  isOpen = true;
});

const now = new Date();
const complaints = (): string[] =>
  platform
    .log()
    .split("\n")
    .filter((line) => line.includes(SILENCE));
const receiptOf = (hour: string) => platform.documents.alerts.read(signOfLifeReceiptId(hour));

/** Lets the hour strike, and waits until the sign has been posted or given up. */
async function strike(posts: number): Promise<void> {
  const before = way.asked.length;
  expect((await platform.call("POST", "admin/functions/giveSignOfLife")).status).toBe(202);
  await eventually(async () => (way.asked.length >= before + posts ? true : null), { what: `post ${before + posts}` });
}

test("a sign of life leaves a receipt and opens no incident, and the first one misses nothing before it", async () => {
  await strike(1);
  const receipt = await eventually(() => receiptOf(hourOf(now)), { what: "the receipt" });
  expect(receipt.answer).toEqual({
    incidentId: null,
    disposition: "ignored",
    reason: "a sign of life of PgMedic itself",
  });
  expect(receipt.payload).toEqual(signOfLifeFor(hourOf(now)));
  expect(way.asked[0]?.query.get("source")).toBe("pgmedic");
  expect(await platform.documents.incidents.list()).toEqual([]);
  expect(complaints()).toEqual([]);
});

test("the same sign again changes nothing", async () => {
  const first = await receiptOf(hourOf(now));
  await strike(1);
  expect(await receiptOf(hourOf(now))).toEqual(first);
});

test("a shape that is not that of a sign of life is refused, and so is an alert in its place", async () => {
  for (const body of [{}, { ...signOfLifeFor(hourOf(now)), serverId: "shop" }, signOfLifeFor("2026-11-20T25")]) {
    const answer = await platform.call("POST", "api/alerts?source=pgmedic", body);
    expect(answer.status).toBe(400);
  }
  const plain = await platform.call("POST", "api/alerts", signOfLifeFor(hourOf(now)));
  expect(plain.status).toBe(400);
});

test("a receipt that is missing an hour later is an error with a name of its own, once an hour", async () => {
  const { documents, alerts } = platform.documents;
  const address = { container: "system", id: "sign-of-life", partition: "sign-of-life" } as const;
  await documents.put(address, { since: later(now, -3 * HOUR_MS).toISOString() });
  await strike(1);
  const [line] = await eventually(async () => (complaints().length > 0 ? complaints() : null));
  expect(line).toMatch(
    new RegExp(`error giveSignOfLife: ${SILENCE}: the sign of life of ${hourBefore(now)} has left no receipt`),
  );

  // With its receipt there is nothing to complain of.
  const heard = AlertAnswer.parse({ incidentId: null, disposition: "ignored" });
  await alerts.keep(signOfLifeReceiptId(hourBefore(now)), {
    answer: heard,
    receivedAt: now.toISOString(),
    resolvedAt: null,
    payload: {},
  });
  await strike(1);
  expect(complaints()).toHaveLength(1);
});

test("an endpoint that does not take the sign is told at once, after three tries", async () => {
  isOpen = false;
  const before = complaints().length;
  await strike(3);
  const lines = await eventually(async () => (complaints().length > before ? complaints() : null));
  expect(lines.at(-1)).toMatch(/was not taken: 502 no way through/);
});
