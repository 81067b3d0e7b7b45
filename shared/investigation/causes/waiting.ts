import type { SessionFacts } from "../../catalogue/diagnostics/sessions.ts";
import type { Observed } from "../observed.ts";
import { type Point, point, seconds } from "./suspicion.ts";

export const waiters = ({ sessions }: Observed): SessionFacts[] =>
  sessions.filter(({ blocked_by: blockers }) => blockers.length > 0);

/** The sessions at the root of the waiting: who blocks others and waits for nobody. With how many wait for them, directly or not. */
export function roots(seen: Observed): { root: SessionFacts; victims: SessionFacts[] }[] {
  const waiting = waiters(seen);
  const blockersOf = (pid: number): number[] => waiting.find((session) => session.pid === pid)?.blocked_by ?? [];
  const reaches = (from: number, root: number, path: ReadonlySet<number> = new Set()): boolean =>
    blockersOf(from).some(
      (next) => next === root || (!path.has(next) && reaches(next, root, new Set([...path, from]))),
    );
  return seen.sessions
    .filter(
      ({ pid, blocked_by: blockers }) =>
        blockers.length === 0 && waiting.some((session) => session.blocked_by.includes(pid)),
    )
    .map((root) => ({ root, victims: waiting.filter(({ pid }) => reaches(pid, root.pid)) }))
    .toSorted((a, b) => b.victims.length - a.victims.length || a.root.pid - b.root.pid);
}

/** A session that was at the root a moment ago too, in the same transaction: not one that just happened to be in front. */
export const isLasting = ({ sessionsBefore }: Observed, root: SessionFacts): boolean =>
  sessionsBefore === null ||
  sessionsBefore.some(
    (before) => before.pid === root.pid && before.xact_start === root.xact_start && root.xact_start !== null,
  );

export const waitPoint = (seen: Observed, victims: readonly SessionFacts[]): Point => {
  const longest = Math.max(...victims.map(({ statement_seconds: waited }) => waited ?? 0));
  return point(
    "pg_stat_activity",
    `${victims.length} of ${seen.activity.connections} sessions wait for it, the longest for ${seconds(longest)}.`,
    { waiting: victims.length, longestSeconds: longest },
  );
};
