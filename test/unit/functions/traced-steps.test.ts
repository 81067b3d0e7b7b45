// What a step or a message throws is logged and exported by the host: it must quote nothing of the watched database.
import { expect, test } from "vitest";
import { tracedMessages, tracedStep } from "../../../functions/telemetry.ts";

const run = { incidentId: "inc-1", serverId: "orders", runId: "inc-1-r1" };
const ofPostgres = (): Error =>
  Object.assign(new Error('duplicate key value (email)=("ann@example.org")'), {
    severity: "ERROR",
    code: "23505",
    detail: "Key (email)=(ann@example.org) already exists.",
  });

test("a step that PostgreSQL made fail says with which SQLSTATE, and no more", async () => {
  const failure: unknown = await tracedStep("verify", { ...run, window: 1, isFollowUp: false }, () =>
    Promise.reject(ofPostgres()),
  ).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).toMatchObject({ message: "PostgreSQL answered with SQLSTATE 23505" });
  const everything =
    failure instanceof Error ? `${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}` : "";
  expect(everything).not.toContain("ann@example.org");
});

test("any other failure stays as it is", async () => {
  const lost = new Error("connect ECONNREFUSED 10.0.0.4:5432");
  const step = tracedStep("acquireLock", run, () => Promise.reject(lost));
  await expect(step).rejects.toBe(lost);
});

test("a message's handler is held to the same, and gets whatever was sent", async () => {
  const seen: unknown[] = [];
  const handler = tracedMessages("runs", async (body) => {
    seen.push(body);
    if (body === "fail") throw ofPostgres();
  });
  // The handlers look at the body alone here.
  const context = {} as Parameters<typeof handler>[1];
  for (const body of [null, 1, "text", [], { type: "x".repeat(100_000), incidentId: 5 }]) await handler(body, context);
  expect(seen).toHaveLength(5);
  await expect(handler("fail", context)).rejects.toThrow(/^PostgreSQL answered with SQLSTATE 23505$/);
});
