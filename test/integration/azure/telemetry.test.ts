// One trace from the alert to the last statement, and the figures that are counted on the way, from a host with a collector.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traceparentOf } from "../../../shared/core/trace.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { travel } from "../../chaos/support/journey.ts";
import { temporaryFolder } from "../../support/process.ts";
import { TELEMETRY_FILE, telemetryIn } from "../../support/recorded-telemetry.ts";

const RECORDER = fileURLToPath(new URL("../../support/recorded-telemetry.ts", import.meta.url));
const folder = temporaryFolder();
const file = join(folder.path, "telemetry.jsonl");

let arena: Arena;
beforeAll(async () => {
  arena = await startArena({
    NODE_OPTIONS: `--import ${RECORDER}`,
    [TELEMETRY_FILE]: file,
    PGMEDIC_LOCK_MS: "30000",
  });
}, 90_000);
afterAll(async () => {
  await arena?.stop();
  folder.remove();
});

test("an incident is one trace, from the alert over messages and steps to every statement", async () => {
  const journey = await arena.openJourney();
  const incident = await travel(journey);
  expect(incident.resolution?.path).toBe("humanApproved");
  const found = telemetryIn(file);
  const [, traceId] = traceparentOf(journey.incidentId).split("-");
  const spans = found.flatMap((entry) => (entry.kind === "span" && entry.traceId === traceId ? [entry] : []));
  const names = new Set(spans.map(({ name }) => name));
  expect([...names]).toEqual(
    expect.arrayContaining([
      "POST /api/alerts",
      "receive trigger",
      "step acquireLock",
      "step investigate",
      "step propose",
      "receive approval",
      "receive resume",
      "step execute",
      "step verify",
      "step close",
      "receive completion",
    ]),
  );
  expect(spans.filter(({ failed }) => failed)).toEqual([]);

  // A statement's parent is the step that asked it.
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const statements = spans.filter(({ name }) => name.startsWith("sql "));
  expect(statements.length).toBeGreaterThan(20);
  const parents = new Set(statements.map(({ parentId }) => nameOf.get(parentId ?? "") ?? "nobody"));
  expect([...parents].toSorted((a, b) => a.localeCompare(b))).toEqual([
    "step execute",
    "step investigate",
    "step propose",
    "step verify",
  ]);
  // No text and no value of the watched database leaves with them.
  expect(JSON.stringify(spans)).not.toMatch(/customer_id|parcels_|select /i);
});

test("what happened is counted once: alert, proposal by cause, approval, and the times they took", () => {
  const figures = telemetryIn(file).flatMap((entry) => (entry.kind === "figure" ? [entry] : []));
  const of = (name: string) => figures.filter((figure) => figure.name === name);
  expect(of("pgmedic.alerts.received").map(({ attributes }) => attributes)).toEqual([{ disposition: "opened" }]);
  expect(of("pgmedic.proposals").map(({ attributes }) => attributes)).toEqual([{ cause: "missing_index" }]);
  expect(of("pgmedic.approvals").map(({ attributes }) => attributes)).toEqual([{ verdict: "approve" }]);
  expect(of("pgmedic.rollbacks")).toEqual([]);
  const [proposal, ...more] = of("pgmedic.time_to_proposal");
  expect(more).toEqual([]);
  expect(proposal?.value).toBeGreaterThan(0.1);
  const [resolution] = of("pgmedic.time_to_resolve");
  expect(resolution?.attributes).toEqual({ path: "humanApproved" });
  expect(resolution?.value).toBeGreaterThan(proposal?.value ?? Number.POSITIVE_INFINITY);
});
