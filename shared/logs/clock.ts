import { isDigit, numberAt } from "./bytes.ts";

/** What log_timezone's abbreviations mean; those with several meanings are left out, and taken for UTC. */
const ZONE_HOURS: ReadonlyMap<string, number> = new Map(
  `UTC 0 GMT 0 Z 0 WET 0 WEST 1 BST 1 CET 1 CEST 2 EET 2 EEST 3 MSK 3 SAST 2 JST 9 KST 9 PKT 5 HKT 8 SGT 8 WIB 7
   EST -5 EDT -4 CDT -5 MST -7 MDT -6 PST -8 PDT -7 AKST -9 AKDT -8 HST -10 NZST 12 NZDT 13
   AEST 10 AEDT 11 ACST 9.5 ACDT 10.5 AWST 8`
    .split(/\s+(?=[A-Z])/)
    .map((pair) => {
      const [zone = "", hours] = pair.trim().split(" ");
      return [zone, Number(hours)];
    }),
);

/** Reads PostgreSQL's timestamps. One for each log: it remembers the last day and zone, which hardly ever change. */
export type Clock = {
  /** What the last call of `read` found. */
  timeMs: number;
  /** Abbreviations that were taken for UTC. */
  unknownZones: Set<string>;
  /** Reads `2026-11-20 16:54:21[.123] UTC` from here; returns where it ends, or -1 when it does not stand here. */
  read: (bytes: Buffer, at: number, end: number) => number;
};

export function createClock(): Clock {
  let lastDay = -1;
  let lastDayMs = 0;
  const zones = new Map<string, number>();
  let lastZone = -1;
  let lastOffsetMs = 0;

  const dayMs = (bytes: Buffer, at: number): number => {
    const day = numberAt(bytes, at, at + 4) * 10_000 + two(bytes, at + 5) * 100 + two(bytes, at + 8);
    if (day !== lastDay) {
      lastDay = day;
      lastDayMs = Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
    }
    return lastDayMs;
  };
  const offsetMs = (bytes: Buffer, from: number, to: number): number => {
    const key = to - from === 3 ? bytes.readUIntBE(from, 3) : -2;
    if (key === lastZone && key >= 0) return lastOffsetMs;
    const zone = bytes.toString("latin1", from, to);
    let offset = zones.get(zone);
    if (offset === undefined) {
      const known = hoursOf(zone);
      if (known === null) clock.unknownZones.add(zone);
      offset = (known ?? 0) * 3_600_000;
      zones.set(zone, offset);
    }
    lastZone = key;
    lastOffsetMs = offset;
    return offset;
  };
  const clock: Clock = {
    timeMs: Number.NaN,
    unknownZones: new Set(),
    read: (bytes, from, end) => {
      if (!isDateTime(bytes, from, end)) return -1;
      let at = from + 19;
      const ofDay = two(bytes, from + 11) * 3_600_000 + two(bytes, from + 14) * 60_000 + two(bytes, from + 17) * 1_000;
      let fraction = 0;
      if (bytes[at] === 46 && isDigit(bytes[at + 1])) {
        const digits = at + 1;
        while (isDigit(bytes[at + 1]) && at < end) at += 1;
        at += 1;
        fraction = (numberAt(bytes, digits, at) / 10 ** (at - digits)) * 1_000;
      }
      const zone = bytes[at] === 32 ? at + 1 : at;
      const after = endOfZone(bytes, zone, end);
      const offset = after > zone ? offsetMs(bytes, zone, after) : 0;
      clock.timeMs = dayMs(bytes, from) + ofDay + Math.round(fraction) - offset;
      return after > zone ? after : at;
    },
  };
  return clock;
}

const two = (bytes: Buffer, at: number): number => ((bytes[at] ?? 48) - 48) * 10 + ((bytes[at + 1] ?? 48) - 48);

/** `2026-11-20 16:54:21`, with a T between in JSON. */
function isDateTime(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < 19 || bytes[at + 4] !== 45 || bytes[at + 7] !== 45 || bytes[at + 13] !== 58 || bytes[at + 16] !== 58)
    return false;
  return isDigit(bytes[at]) && isDigit(bytes[at + 5]) && isDigit(bytes[at + 11]) && isDigit(bytes[at + 18]);
}

/** The end of a zone: letters, or a sign and digits, or either in angle brackets. */
function endOfZone(bytes: Buffer, from: number, end: number): number {
  const first = bytes[from] ?? 0;
  if (first === 60) return Math.max(from, bytes.subarray(from, Math.min(end, from + 12)).indexOf(62) + from + 1);
  const isSigned = (first === 43 || first === 45) && isDigit(bytes[from + 1]);
  const isPart = isSigned ? isDigitOrColon : isLetter;
  let at = isSigned ? from + 1 : from;
  while (at < end && isPart(bytes[at] ?? 0)) at += 1;
  return bytes[at - 1] === 58 ? at - 1 : at;
}

const isDigitOrColon = (byte: number): boolean => isDigit(byte) || byte === 58;
const isLetter = (byte: number): boolean => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

/** Hours east of Greenwich; null for an abbreviation that is not known. */
function hoursOf(zone: string): number | null {
  const signed = /^<?([+-])(\d{2}):?(\d{2})?>?$/.exec(zone);
  if (signed !== null) return (signed[1] === "-" ? -1 : 1) * (Number(signed[2]) + Number(signed[3] ?? 0) / 60);
  return ZONE_HOURS.get(zone.toUpperCase()) ?? null;
}
