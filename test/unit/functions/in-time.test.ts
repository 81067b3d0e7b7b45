import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inRotation, inTime, oneAtATime, rememberedUpTo } from "../../../functions/in-time.ts";
import { STAGE, STAGES } from "../../../functions/sweep.ts";

const never = (): Promise<void> => new Promise(() => {});
const itself = (item: string): string => item;

test("work that does not end is left, and said to have taken too long", async () => {
  await expect(inTime(100, never)).rejects.toThrow("it did not end within 0.1 s");
  await expect(inTime(20, async () => 7)).resolves.toBe(7);
});

test("whatever hangs starves nobody: each pass begins behind the last one, over a list that changes", async () => {
  const pass = inRotation();
  const begun: string[] = [];
  const work = (item: string, leftMs: number): Promise<void> => {
    begun.push(item);
    return inTime(leftMs, never).catch(() => {});
  };
  const one = { limitMs: 20, atOnce: 1 };
  await pass(["c", "a", "b"], itself, one, work);
  await pass(["c", "a", "b"], itself, one, work);
  await pass(["c", "a"], itself, one, work);
  await pass(["c", "a"], itself, one, work);
  expect(begun).toEqual(["a", "b", "c", "a"]);
});

test("one that hangs does not hold up those beside it", async () => {
  const begun: string[] = [];
  await inRotation()(["a", "b", "c"], itself, { limitMs: 50, atOnce: 2 }, (item, leftMs) => {
    begun.push(item);
    return item === "a" ? inTime(leftMs, never).catch(() => {}) : Promise.resolve();
  });
  expect(begun).toEqual(["a", "b", "c"]);
});

test("a sweep in which every stage takes all its time ends well before the host would end the worker", () => {
  const { functionTimeout }: { functionTimeout: string } = JSON.parse(readFileSync("host.json", "utf8"));
  const [hours = 0, minutes = 0] = functionTimeout.split(":").map(Number);
  expect(STAGES * STAGE.limitMs).toBeLessThan((hours * 60 + minutes) * 60_000 * 0.8);
});

test("work that goes on is joined and not begun beside itself, also when it fails; what has ended is begun again", async () => {
  const pass = oneAtATime();
  let begun = 0;
  let end: (failure?: Error) => void = () => {};
  const work = () =>
    new Promise<void>((resolve, reject) => {
      begun += 1;
      end = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
  const first = pass(work);
  const second = pass(work);
  end(new Error("the store is away"));
  await expect(first).rejects.toThrow("away");
  await expect(second).rejects.toThrow("away");
  expect(begun).toBe(1);
  const third = pass(work);
  end();
  await third;
  expect(begun).toBe(2);
});

test("what is remembered is bounded: the oldest is forgotten", () => {
  const keys = rememberedUpTo(2);
  for (const key of ["a", "b", "b", "c"]) keys.add(key);
  expect(["a", "b", "c"].map(keys.has)).toEqual([false, true, true]);
});
