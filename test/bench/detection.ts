// `npm run bench:detection [-- --servers 20] [-- --tuning]`: how well what is unusual is found in synthetic weeks, by PgMedic's detection, by fixed
// thresholds and by a plain three sigma. Exit code 0 when every target is reached. The limits in shared/core were set with `--tuning` alone:
// those are other servers than the ones that are printed without it.
import { parseArgs } from "node:util";
import type { AnomalyKind } from "../../shared/contracts/baseline.ts";
import { type Injection, injectionsOf } from "./detection/injections.ts";
import { fixedThresholds, type Method, ours, plainThreeSigma } from "./detection/methods.ts";
import { instantOf, MINUTES_A_WEEK, TAUGHT_WEEKS, WEEKS, weeksOf } from "./detection/weeks.ts";

const TUNING_SEED = 1;
const HELD_OUT_SEED = 900_001;
const TARGET_FALSE_A_WEEK = 0.1;
const TARGET_RECALL = 0.9;
/** What begins while something that was injected goes on, or soon after, may be its consequence. */
const AFTERMATH_MINUTES = 60;

const OWN = "PgMedic's baselines";
const METHODS: Record<string, () => Method> = {
  [OWN]: ours,
  "fixed thresholds": fixedThresholds,
  "plain 3 sigma": plainThreeSigma,
};

type Alarm = { kind: AnomalyKind; minute: number };
type Found = { injection: Injection; delay: number | null };
type FalseAlarm = Alarm & { seed: number; server: string };
type Result = {
  found: Found[];
  falseAlarms: FalseAlarm[];
  /** Those of the first weeks, while it is being learnt. */
  early: FalseAlarm[];
  earlyWeeks: number;
  serverWeeks: number;
  ms: number;
};

function alarmsOf(method: Method, seed: number, injections: readonly Injection[]): Alarm[] {
  const alarms: Alarm[] = [];
  // Servers are registered on any day of the week, and at any hour.
  const registeredAt = (seed % 7) * 1_440 + ((seed * 97) % 1_440);
  for (const { minute, reading } of weeksOf(seed, injections)) {
    if (minute < registeredAt) continue;
    for (const kind of method(reading)) alarms.push({ kind, minute });
  }
  return alarms;
}

const kindOf = ({ kind }: Injection): AnomalyKind =>
  kind.startsWith("deployment") ? "deployment" : (kind as AnomalyKind);

function run(newMethod: () => Method, seeds: readonly number[]): Result {
  const result: Result = { found: [], falseAlarms: [], early: [], serverWeeks: 0, earlyWeeks: 0, ms: 0 };
  const startedAt = performance.now();
  for (const seed of seeds) {
    const injections = injectionsOf(seed);
    const alarms = alarmsOf(newMethod(), seed, injections);
    for (const injection of injections) {
      const first = alarms.find(
        ({ kind, minute }) => kind === kindOf(injection) && minute >= injection.from && minute < injection.to,
      );
      result.found.push({ injection, delay: first === undefined ? null : first.minute - injection.from });
    }
    const isConsequence = ({ minute }: Alarm): boolean =>
      injections.some(({ from, to }) => minute >= from && minute < to + AFTERMATH_MINUTES);
    const isLater = ({ minute }: Alarm): boolean => minute >= TAUGHT_WEEKS * MINUTES_A_WEEK;
    const withOthers = alarms.filter((alarm) => isLater(alarm) && !isConsequence(alarm));
    const all = alarmsOf(newMethod(), seed, []);
    const healthy = all.filter(isLater);
    result.early.push(...all.filter((alarm) => !isLater(alarm)).map((one) => ({ ...one, seed, server: "early" })));
    result.falseAlarms.push(
      ...withOthers.map((one) => ({ ...one, seed, server: "with injections" })),
      ...healthy.map((one) => ({ ...one, seed, server: "healthy" })),
    );
    result.serverWeeks += 2 * (WEEKS - TAUGHT_WEEKS);
    result.earlyWeeks += TAUGHT_WEEKS;
  }
  result.ms = performance.now() - startedAt;
  return result;
}

const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function print(name: string, result: Result, isVerbose: boolean): void {
  const { found, falseAlarms, serverWeeks, early, earlyWeeks, ms } = result;
  const kinds = [...new Set(found.map(({ injection }) => injection.kind))];
  const recall = found.filter(({ delay }) => delay !== null).length / found.length;
  console.log(
    `\n${name}: recall ${percent(recall)}, ${(falseAlarms.length / serverWeeks).toFixed(3)} false alarms a server and week, ${(early.length / earlyWeeks).toFixed(3)} in the first ${TAUGHT_WEEKS} (${(ms / 1_000).toFixed(0)} s)`,
  );
  for (const kind of kinds) {
    const of = found.filter(({ injection }) => injection.kind === kind);
    const delays = of.flatMap(({ delay }) => delay ?? []);
    const falseOnes = falseAlarms.filter((one) => one.kind === kindOf({ kind } as Injection)).length;
    const delay = median(delays);
    console.log(
      `  ${kind.padEnd(18)} recall ${percent(delays.length / of.length).padStart(5)}   median delay ${(delay === null ? "–" : `${delay} min`).padStart(9)}   false alarms ${falseOnes}`,
    );
  }
  if (!isVerbose) return;
  for (const { kind, minute, seed, server } of [...falseAlarms, ...early])
    console.log(`    false: ${kind} at ${instantOf(minute)}, server ${seed}, ${server}`);
  for (const { injection, delay } of found)
    if (delay === null)
      console.log(
        `    missed: ${injection.kind} × ${injection.size.toFixed(2)} at ${instantOf(injection.from)}, ${injection.to - injection.from} min`,
      );
}

const { values: options } = parseArgs({
  options: {
    servers: { type: "string", default: "20" },
    tuning: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const seeds = Array.from(
  { length: Number(options.servers) },
  (_, index) => (options.tuning ? TUNING_SEED : HELD_OUT_SEED) + index,
);
console.log(
  `${seeds.length} servers, ${WEEKS} weeks each, of which ${TAUGHT_WEEKS} are only learnt from; once healthy and once with 11 anomalies each`,
);
const results = Object.entries(METHODS)
  .filter(([name]) => options.only === undefined || name.includes(options.only))
  .map(([name, method]) => {
    const result = run(method, seeds);
    print(name, result, options.verbose);
    return { name, ...result };
  });
// The targets are those of PgMedic's own detection; the others are there to compare.
const own = results.find(({ name }) => name === OWN);
const goals: [string, boolean][] =
  own === undefined
    ? []
    : [
        [
          `recall of at least ${percent(TARGET_RECALL)}`,
          own.found.filter(({ delay }) => delay !== null).length / own.found.length >= TARGET_RECALL,
        ],
        [
          `under ${TARGET_FALSE_A_WEEK} false alarms a server and week`,
          own.falseAlarms.length / own.serverWeeks < TARGET_FALSE_A_WEEK,
        ],
      ];
console.log("");
for (const [goal, isMet] of goals) console.log(`${goal}: ${isMet ? "met" : "missed"}`);
process.exitCode = goals.every(([, isMet]) => isMet) ? 0 : 1;
