// Synthetic weeks of one server, minute by minute: seasons of day and week, growth, noise that lasts, spikes, holidays, a backup at night that
// does not start on the minute, and month-ends.
import type { Reading } from "../../../shared/contracts/baseline.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../shared/core/time.ts";
import type { Injection } from "./injections.ts";
import { type Random, randomOf } from "./random.ts";

/** A Monday. */
const BEGIN = Date.parse("2026-08-03T00:00:00.000Z");
export const TAUGHT_WEEKS = 4;
export const WEEKS = 8;
export const MINUTES_A_WEEK = 7 * 24 * 60;
export const instantOf = (minute: number): string => new Date(BEGIN + minute * MINUTE_MS).toISOString();

/** Noise that lasts: each minute keeps most of the last one's. */
function lasting(random: Random, keeps: number, sigma: number): () => number {
  let value = random.normal() * sigma;
  const fresh = sigma * Math.sqrt(1 - keeps ** 2);
  return () => (value = keeps * value + fresh * random.normal());
}

type Profile = ReturnType<typeof profileOf>;

function profileOf(random: Random) {
  return {
    traffic: Math.exp(random.between(Math.log(8), Math.log(600))),
    dayDepth: random.between(0.3, 0.95),
    weekend: random.between(0.1, 0.9),
    peakHour: random.between(9, 16),
    growthAWeek: random.between(0, 0.05),
    latencyMs: Math.exp(random.between(Math.log(0.3), Math.log(25))),
    latencyNoise: random.between(0.06, 0.3),
    trafficNoise: random.between(0.05, 0.25),
    cpuAtPeak: random.between(20, 65),
    errorPercent: random.between(0.05, 2),
    connectionsIdle: random.between(5, 30),
    connectionsAtPeak: random.between(5, 25),
    memory: random.between(45, 75),
    storage: random.between(25, 60),
    storageADay: random.between(0, 0.25),
    backupMinute: random.whole(0, 23 * 60),
    backupLasts: random.whole(20, 90),
    backupCpu: random.between(10, 35),
    backupLatency: random.between(1.1, 1.8),
    monthEndTraffic: random.between(1.2, 1.9),
    spikes: random.between(0.0005, 0.004),
    holidays: new Set([random.whole(TAUGHT_WEEKS * 7, WEEKS * 7 - 1), random.whole(0, WEEKS * 7 - 1)]),
    statements: [0.1, 0.06, 0.04].map((callShare, index) => ({
      key: `10/${index + 1}`,
      callShare,
      meanMs: random.between(3, 30),
    })),
  };
}

/** How much goes on: 1 is a working day's peak. */
function activityAt(profile: Profile, moment: number, day: number): number {
  const hour = (moment % DAY_MS) / HOUR_MS;
  const weekday = new Date(moment).getUTCDay();
  const isFree = weekday === 0 || weekday === 6 || profile.holidays.has(day);
  const wave = (1 + Math.cos(((hour - profile.peakHour) / 24) * 2 * Math.PI)) / 2;
  return (1 - profile.dayDepth + profile.dayDepth * wave) * (isFree ? profile.weekend : 1);
}

/** The evening of the last day of a month. */
function isMonthEnd(moment: number): boolean {
  const [today, tomorrow] = [new Date(moment), new Date(moment + DAY_MS)];
  return tomorrow.getUTCDate() === 1 && today.getUTCHours() >= 17 && today.getUTCHours() < 23;
}

/** What a minute brings, before anything is measured. */
type Minute = {
  minute: number;
  active: readonly Injection[];
  /** 1 is a working day's peak; a month-end may be more. */
  load: number;
  /** Statements in the minute. */
  calls: number;
  isBackup: boolean;
  isSpike: boolean;
};

/** The size of what is injected now, or what stands for nothing. */
const sizeOf = ({ active }: Pick<Minute, "active">, kind: Injection["kind"], none: number): number =>
  active.find((one) => one.kind === kind)?.size ?? none;

/** Every minute of the weeks, with what was injected. The same seed gives the same weeks. */
export function* weeksOf(
  seed: number,
  injections: readonly Injection[],
): Generator<{ minute: number; reading: Reading }> {
  const random = randomOf(seed);
  const profile = profileOf(random);
  const traffic = lasting(random, 0.9, profile.trafficNoise);
  const gauges = gaugesOf(random, profile);
  const statements = statementsOf(random, profile);
  const storage = storageOf(random, profile);
  let jitter = 0;
  for (let minute = 0; minute < WEEKS * MINUTES_A_WEEK; minute += 1) {
    const moment = BEGIN + minute * MINUTE_MS;
    const active = injections.filter(({ from, to }) => minute >= from && minute < to);
    if (minute % 1_440 === 0) jitter = random.whole(-8, 8);
    const backupFor = (minute % 1_440) - profile.backupMinute - jitter;
    const growth = (1 + profile.growthAWeek) ** (minute / MINUTES_A_WEEK);
    const usual = activityAt(profile, moment, Math.floor(minute / 1_440)) * growth;
    const busy = usual * (isMonthEnd(moment) ? profile.monthEndTraffic : 1) * Math.exp(traffic());
    const asked =
      profile.traffic * busy * sizeOf({ active }, "traffic_rise", 1) * sizeOf({ active }, "traffic_fall", 1);
    const now: Minute = {
      minute,
      active,
      load: Math.min(1.5, busy),
      calls: random.poisson(asked * 60),
      isBackup: backupFor >= 0 && backupFor < profile.backupLasts,
      isSpike: random.chance(profile.spikes),
    };
    const values = { ...gauges(now), storage: storage(now) };
    yield {
      minute,
      reading: { at: instantOf(minute), epoch: "1", maxConnections: 100, values, heavy: statements(now) },
    };
  }
}

function gaugesOf(random: Random, profile: Profile): (now: Minute) => Record<string, number | null> {
  const slowness = lasting(random, 0.85, profile.latencyNoise);
  const errorNoise = lasting(random, 0.9, 0.3);
  const cpuNoise = lasting(random, 0.9, 3);
  const connectionNoise = lasting(random, 0.95, 2);
  const memoryNoise = lasting(random, 0.999, 3);
  return (now) => {
    const { calls, load, isBackup, isSpike } = now;
    const latency =
      profile.latencyMs *
      (1 + 0.6 * load ** 2) *
      (isBackup ? profile.backupLatency : 1) *
      Math.exp(slowness()) *
      (isSpike ? random.between(2, 12) : 1) *
      sizeOf(now, "latency", 1);
    const failing = profile.errorPercent * Math.exp(errorNoise()) + sizeOf(now, "errors", 0);
    const transactions = Math.round(calls / 3);
    const rollbacks = Math.min(transactions, random.poisson((transactions * failing) / 100));
    const cpu =
      4 + profile.cpuAtPeak * load + (isBackup ? profile.backupCpu : 0) + (isSpike ? random.between(10, 40) : 0);
    const connections = profile.connectionsIdle + profile.connectionsAtPeak * load;
    return {
      traffic: calls / 60,
      latency: calls < 20 ? null : latency,
      errors: transactions < 20 ? null : (rollbacks / transactions) * 100,
      deadlocks: random.poisson(0.02 * load + sizeOf(now, "deadlocks", 0)),
      connections: within(connections + connectionNoise() + sizeOf(now, "connections", 0)),
      cpu: within(cpu + cpuNoise() + sizeOf(now, "cpu", 0)),
      memory: within(profile.memory + memoryNoise() + sizeOf(now, "memory", 0)),
    };
  };
}

/** It grows, and now and then a sort or an index build takes some of it for a while. */
function storageOf(random: Random, profile: Profile): (now: Minute) => number {
  let percent = profile.storage;
  let pointsADay = 0;
  let spike = { left: 0, points: 0 };
  return ({ minute, active }) => {
    // What is injected fills the disk within so many days, from where it began.
    const filling = active.find(({ kind }) => kind === "storage");
    if (filling?.from === minute) pointsADay = Math.max(0, 85 - percent) / filling.size;
    percent += (profile.storageADay + (filling === undefined ? 0 : pointsADay)) / 1_440;
    if (spike.left === 0 && random.chance(1 / 4_000))
      spike = { left: random.whole(10, 120), points: random.between(1, 8) };
    spike.left = Math.max(0, spike.left - 1);
    return within(percent + (spike.left > 0 ? spike.points : 0));
  };
}

function statementsOf(random: Random, profile: Profile): (now: Minute) => Reading["heavy"] {
  const slowness = lasting(random, 0.85, profile.latencyNoise * 0.3);
  const allCalls = new Map<string, number>();
  return (now) => {
    const factor = Math.exp(slowness());
    const known = profile.statements.map(({ key, meanMs, callShare }, index) => ({
      key,
      calls: random.poisson(now.calls * callShare),
      meanMs: meanMs * factor * (index === 0 ? sizeOf(now, "deployment_slower", 1) : 1),
    }));
    const newMs = sizeOf(now, "deployment_new", 0);
    const fresh =
      newMs > 0 ? [{ key: "10/999", calls: random.poisson(Math.max(20, now.calls / 10)), meanMs: newMs }] : [];
    const all = [...known, ...fresh];
    const totalMs = all.reduce((sum, { calls, meanMs }) => sum + calls * meanMs, now.calls * 0.05);
    for (const { key, calls } of all) allCalls.set(key, (allCalls.get(key) ?? 0) + calls);
    return all
      .map((one) => ({ ...one, allCalls: allCalls.get(one.key) ?? 0, share: (one.calls * one.meanMs) / totalMs }))
      .filter(({ share, calls }) => share >= 0.2 && calls > 0);
  };
}

const within = (percent: number): number => Math.min(100, Math.max(0, percent));
