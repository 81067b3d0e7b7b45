// What goes wrong in the second half of the weeks: one of each kind a server, hours or days apart from each other.
import type { AnomalyKind } from "../../../shared/contracts/baseline.ts";
import { randomOf } from "./random.ts";
import { MINUTES_A_WEEK, TAUGHT_WEEKS, WEEKS } from "./weeks.ts";

type Injected =
  | Exclude<AnomalyKind, "deployment" | "certificate" | "credential">
  | "deployment_new"
  | "deployment_slower";
/** From and to in minutes since the beginning; the size is a factor, points, or days to the limit, by kind. */
export type Injection = { kind: Injected; from: number; to: number; size: number };

/** Factor or points, and how long it goes on, in minutes. */
const SIZES: Record<Injected, { size: [number, number]; lasts: [number, number] }> = {
  latency: { size: [3, 12], lasts: [30, 240] },
  traffic_rise: { size: [4, 10], lasts: [30, 240] },
  traffic_fall: { size: [0, 0.12], lasts: [30, 240] },
  errors: { size: [8, 50], lasts: [30, 240] },
  deadlocks: { size: [4, 20], lasts: [30, 240] },
  connections: { size: [30, 60], lasts: [30, 240] },
  cpu: { size: [35, 70], lasts: [30, 240] },
  memory: { size: [18, 35], lasts: [60, 480] },
  storage: { size: [1.5, 5], lasts: [1_440, 1.5 * 1_440] },
  deployment_new: { size: [30, 120], lasts: [60, 480] },
  deployment_slower: { size: [5, 15], lasts: [60, 480] },
};
const KINDS = Object.keys(SIZES) as Injected[];

export function injectionsOf(seed: number): Injection[] {
  const random = randomOf(seed + 7_777);
  const first = TAUGHT_WEEKS * MINUTES_A_WEEK;
  const each = ((WEEKS - TAUGHT_WEEKS) * MINUTES_A_WEEK) / KINDS.length;
  return KINDS.map((kind, index) => {
    const { size, lasts } = SIZES[kind];
    const lasting = random.whole(...lasts);
    // A fall by night of what is nothing by night hurts nobody: it comes when people work.
    const start = Math.floor(first + index * each + random.between(0, Math.max(1, each - lasting - 1_440)));
    const from = kind === "traffic_fall" ? workingTimeAfter(start) : start;
    return { kind, from, to: from + lasting, size: random.between(...size) };
  });
}

/** 11:00 on the next working day: the weeks begin on a Monday. */
function workingTimeAfter(minute: number): number {
  let day = Math.floor(minute / 1_440);
  while (day % 7 > 4) day += 1;
  return day * 1_440 + 11 * 60;
}
