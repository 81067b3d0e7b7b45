// Figures and times as a person reads them. Times of day are UTC, as in every log beside it.
import type { Actor } from "../../shared/contracts/primitives.ts";

const MINUS = "−";
const number = (value: number, digits: number): string =>
  new Intl.NumberFormat("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(value);

/** Up to three significant digits, grouped: `41,235`, `12.3`, `0.042`. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return number(value, 0);
  if (size >= 10) return number(value, 1);
  return size >= 1 ? number(value, 2) : number(value, 3);
}

/** A span of time: `0.42 ms`, `1.24 s`, `3 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${formatFigure(ms)} ms`;
  if (ms < 60_000) return `${formatFigure(ms / 1000)} s`;
  return formatSpan(ms);
}

const UNITS = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
  { name: "s", ms: 1000 },
] as const;

/** A longer span in its two largest units: `5 d 23 h`, `12 min`, `8 s`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000)) * 1000;
  const first = UNITS.findIndex((unit) => seconds >= unit.ms);
  const [large, small] = first === -1 ? [] : UNITS.slice(first, first + 2);
  if (large === undefined) return "0 s";
  const rest = small === undefined ? 0 : Math.floor((seconds % large.ms) / small.ms);
  const head = `${Math.floor(seconds / large.ms)} ${large.name}`;
  // Hours and minutes of something days old say nothing.
  return rest === 0 || small === undefined ? head : `${head} ${rest} ${small.name}`;
}

/** How long ago, in one unit: `12 s ago`, `3 h ago`. */
export function formatAgo(at: string, now: Date): string {
  const ms = now.getTime() - Date.parse(at);
  if (ms < 5000) return "just now";
  const unit = UNITS.find((candidate) => ms >= candidate.ms) ?? { name: "s", ms: 1000 };
  return `${Math.floor(ms / unit.ms)} ${unit.name} ago`;
}

/** How long until: `in 5 d 23 h`, or `expired`. */
export function formatUntil(at: string, now: Date): string {
  const ms = Date.parse(at) - now.getTime();
  return ms <= 0 ? "expired" : `in ${formatSpan(ms)}`;
}

/** A moment: `20 Nov 2026, 09:30:12 UTC`. */
export function formatInstant(at: string): string {
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${day.format(new Date(at))}, ${formatTime(at)} UTC`;
}

/** The time of day of a moment in UTC: `09:30:12`. */
export const formatTime = (at: string): string => new Date(at).toISOString().slice(11, 19);

/** Sizes in steps of 1,024, as `pg_size_pretty` shows them. */
export function formatBytes(bytes: number): string {
  const names = ["bytes", "kB", "MB", "GB", "TB"];
  const step = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${formatFigure(bytes / 1024 ** step)} ${names[step]}`;
}

/** A large number in short: `2 M`, `12.4 k`. */
export function formatCount(value: number): string {
  if (value >= 1e9) return `${number(value / 1e9, 1)} bn`;
  if (value >= 1e6) return `${number(value / 1e6, 1)} M`;
  return value >= 10_000 ? `${number(value / 1e3, 1)} k` : formatFigure(value);
}

/** A percentage. What is not all never says 100 %, and what is not nothing never says 0 %. */
export function formatPercent(percent: number): string {
  if (percent > 99 && percent < 100) return `${number(Math.min(percent, 99.9), 1)} %`;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${number(percent, percent < 10 ? 1 : 0)} %`;
}

/** A share of 0–1 in percent. */
export const formatShare = (share: number): string => formatPercent(share * 100);

/** What changed between two figures: `−98.7 %`. */
export function formatChange(before: number, after: number): string {
  if (before === 0) return after === 0 ? "no change" : "new";
  const change = (after - before) / before;
  if (Math.abs(change) < 0.0005) return "no change";
  // 100 % would say that nothing is left.
  if (change < -0.99 && change > -1) return `${MINUS}${number(Math.min(-change * 100, 99.99), 2)} %`;
  return `${change < 0 ? MINUS : "+"}${number(Math.abs(change) * 100, 1)} %`;
}

/** Who did something. */
export function formatActor(actor: Actor): string {
  if (actor.kind === "person") return actor.name;
  return actor.kind === "instruction" ? "Standing instruction" : "PgMedic";
}
