import fx, { type Timer } from "@azure/functions";
import { setImmediate as immediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { createManualClock, type ManualClock } from "../../../infra/local/host/clock.ts";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { parseSchedule } from "../../../infra/local/host/ncrontab.ts";
import { temporaryFolder } from "../../support/process.ts";
import { readRecording } from "./support/recording.ts";

const recording = z
  .object({ invocations: z.array(z.object({ function: z.string(), handlerReceived: z.unknown() })) })
  .parse(readRecording("timers"));

const START = "2026-11-20T12:31:04.594Z";
const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`);

interface Fired {
  readonly name: string;
  readonly atMs: number;
  readonly timer: Timer;
}

interface Setup {
  readonly clock: ManualClock;
  readonly folder?: string;
  readonly register: (fired: Fired[], clock: ManualClock) => void;
  readonly settings?: Record<string, string>;
}

async function startTimers({ clock, folder, register, settings }: Setup): Promise<{ host: Host; fired: Fired[] }> {
  const fired: Fired[] = [];
  const app = await collectApp(() => register(fired, clock));
  const stateFolder = folder ?? ":memory:";
  const options = { app, port: 0, stateFolder, clock, graceMs: 100, log: () => undefined };
  const host = await startHost({ ...options, settings: settings ?? {} });
  await turns();
  return { host, fired };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await immediate();
};

async function advance(clock: ManualClock, untilMs: number): Promise<void> {
  for (let next = clock.nextWakeMs(); next !== undefined && next <= untilMs; next = clock.nextWakeMs()) {
    clock.advanceTo(next);
    await turns();
  }
  clock.advanceTo(untilMs);
}

/** Registers a timer that notes its calls. */
const noting =
  (name: string, schedule: string, options: { runOnStartup?: boolean; useMonitor?: boolean } = {}): Setup["register"] =>
  (fired, clock) =>
    fx.app.timer(name, {
      schedule,
      ...options,
      handler: (timer) => void fired.push({ name, atMs: clock.now(), timer }),
    });

test("a timer of every minute gets the payloads that the real host sent, also after a missed run", async () => {
  const { path: folder, remove } = temporaryFolder();
  const register = noting("everyMinute", "0 * * * * *");
  const recorded = recording.invocations
    .filter((each) => each.function === "everyMinute")
    .slice(0, 3)
    .map((each) => each.handlerReceived);
  const clock = createManualClock(Date.parse(START));
  const first = await startTimers({ clock, folder, register });
  await first.host.stop(); // nothing ran yet: the recorded host was down at 12:32:00 as well
  const later = createManualClock(at("12:32:07"));
  const second = await startTimers({ clock: later, folder, register });
  await advance(later, at("12:34:30"));
  await second.host.stop();
  remove();
  expect(second.fired.map(({ timer }) => withoutFractions(timer))).toEqual(recorded.map(withoutFractions));
});

/** Fractions of seconds, and the second at which a late run came, differ. */
const withoutFractions = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/:0[0-9](\.\d+)?\+00:00/g, ":0x+00:00")) as unknown;

test("a schedule of under a minute and one without monitor get no schedule status, as recorded", async () => {
  const clock = createManualClock(Date.parse(START));
  const { host, fired } = await startTimers({
    clock,
    register: (list, time) => {
      noting("everyFive", "*/5 * * * * *")(list, time);
      noting("noMonitor", "0 * * * * *", { useMonitor: false })(list, time);
    },
  });
  await advance(clock, at("12:32:00"));
  await host.stop();
  const recorded = recording.invocations.find((each) => each.function === "everyFive")?.handlerReceived;
  expect(fired.filter(({ name }) => name === "everyFive")).toHaveLength(12);
  expect(fired.filter(({ name }) => name === "noMonitor")).toHaveLength(1);
  for (const { timer } of fired) expect(timer).toEqual(recorded);
});

test("runOnStartup runs at once, is not past due, and the schedule goes on", async () => {
  const clock = createManualClock(Date.parse(START));
  const { host, fired } = await startTimers({
    clock,
    register: noting("onStart", "0 0 3 * * *", { runOnStartup: true }),
  });
  await advance(clock, Date.parse("2026-11-21T03:00:00Z"));
  await host.stop();
  expect(fired.map(({ atMs, timer }) => [new Date(atMs).toISOString(), timer.isPastDue])).toEqual([
    [START, false],
    ["2026-11-21T03:00:00.000Z", false],
  ]);
  expect(fired[0]?.timer.scheduleStatus.last).toBe("0001-01-01T00:00:00+00:00");
  expect(fired[0]?.timer.scheduleStatus.next).toBe("2026-11-21T03:00:00+00:00");
});

test("a timer whose run takes longer than its interval never overlaps with itself", async () => {
  const clock = createManualClock(Date.parse(START));
  let running = 0;
  const most: number[] = [];
  const { host } = await startTimers({
    clock,
    register: (_fired, time) =>
      fx.app.timer("slow", {
        schedule: "0 * * * * *",
        handler: async () => {
          running += 1;
          most.push(running);
          await new Promise<void>((resolve) => time.wakeAt(time.now() + 150_000, resolve));
          running -= 1;
        },
      }),
  });
  await advance(clock, at("12:45:00"));
  await host.stop();
  expect(most.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...most)).toBe(1);
});

test("a handler that throws does not stop the schedule", async () => {
  const clock = createManualClock(Date.parse(START));
  let calls = 0;
  const { host } = await startTimers({
    clock,
    register: () =>
      fx.app.timer("failing", {
        schedule: "0 * * * * *",
        handler: () => {
          calls += 1;
          throw new Error("no");
        },
      }),
  });
  await advance(clock, at("12:35:00"));
  await host.stop();
  expect(calls).toBe(4);
});

test("a schedule may come from a setting; a missing one is an error at start", async () => {
  const clock = createManualClock(Date.parse(START));
  const register = noting("named", "%SWEEP%");
  const { host, fired } = await startTimers({ clock, register, settings: { SWEEP: "30 * * * * *" } });
  await advance(clock, at("12:32:00"));
  await host.stop();
  expect(fired.map(({ atMs }) => atMs)).toEqual([at("12:31:30")]);
  await expect(startTimers({ clock, register })).rejects.toThrow(/names the setting SWEEP, which is not set/);
});

test("a five-field schedule is refused with the fields that are expected", () => {
  expect(() => parseSchedule("* * * * *", {})).toThrow(/six fields: second minute hour day month weekday/);
});
