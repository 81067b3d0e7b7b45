// A Functions app whose activities leave a mark for every run, for tests that kill or stop the host under it.
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import fx from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";

const marks = process.env["MARKS_FILE"] ?? "";
const mark = (text: string): void => appendFileSync(marks, `${text}\n`);

const Work = z.object({ key: z.string(), ms: z.number(), failures: z.number().default(0) });

df.app.activity("work", {
  handler: async (input: unknown) => {
    const { key, ms, failures } = Work.parse(input);
    await sleep(ms);
    // Counted in the file, because a killed host forgets how often it has tried.
    const attempts = readFileSync(marks, "utf8")
      .split("\n")
      .filter((line) => line === `failed ${key}`).length;
    if (attempts < failures) {
      mark(`failed ${key}`);
      throw new Error(`attempt ${attempts + 1} of ${key} fails on purpose`);
    }
    mark(`work ${key}`);
    return { key };
  },
});

const Keyed = z.object({ key: z.string() });
const call = (key: string, ms: number) => ({ key, ms });

/** Every kind of wait that PgMedic uses, in one orchestration. */
df.app.orchestration("journey", function* (context) {
  const id = context.df.instanceId;
  const seen: string[] = [];
  const note = (result: unknown): void => void seen.push(Keyed.parse(result).key);
  for (let round = 0; round < 3; round += 1) note(yield context.df.callActivity("work", call(`${id}-${round}`, 10)));
  const parts = ["a", "b", "c"].map((part) => context.df.callActivity("work", call(`${id}-${part}`, 20)));
  const results: unknown = yield context.df.Task.all(parts);
  for (const result of z.array(z.unknown()).parse(results)) note(result);
  const retry = new df.RetryOptions(20, 3);
  note(yield context.df.callActivityWithRetry("work", retry, { key: `${id}-retried`, ms: 5, failures: 1 }));
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 40));
  const deadline = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 3_600_000));
  const approval = context.df.waitForExternalEvent("approve");
  const winner: unknown = yield context.df.Task.any([approval, deadline]);
  if (winner !== approval) return "nobody came";
  deadline.cancel();
  note(yield context.df.callSubOrchestrator("part", { key: `${id}-child` }));
  return { seen, approval: approval.result };
});

df.app.orchestration("part", function* (context) {
  const { key } = Keyed.parse(context.df.getInput());
  return (yield context.df.callActivity("work", call(key, 10))) as unknown;
});

df.app.orchestration("counter", function* (context) {
  const { left } = z.object({ left: z.number() }).parse(context.df.getInput());
  yield context.df.callActivity("work", call(`${context.df.instanceId}-${left}`, 5));
  if (left > 0) context.df.continueAsNew({ left: left - 1 });
  return "counted";
});

df.app.orchestration("slow", function* (context) {
  return (yield context.df.callActivity("work", call(`${context.df.instanceId}-slow`, 1500))) as unknown;
});

fx.app.http("wait", {
  route: "wait/{ms}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    await sleep(Number(request.params["ms"]));
    const status = await df.getClient(context).getStatus(request.query.get("id") ?? "");
    return { jsonBody: { waited: request.params["ms"], status: status.runtimeStatus } };
  },
});

fx.app.http("reject", {
  handler: () => {
    void Promise.reject(new Error("floating"));
    return { body: "fine" };
  },
});

fx.app.hook.appStart(() => mark("hook start"));
fx.app.hook.appTerminate(async () => {
  await sleep(300);
  mark("hook terminated");
});
