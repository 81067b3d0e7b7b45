import type { Observed } from "../observed.ts";
import { costly, isBusyWith, nameOf } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, seconds, share } from "./suspicion.ts";

const TOOLS =
  /^(pg_dump|pg_dumpall|pg_restore|pg_basebackup|pg_receivewal|pgbackrest|barman|wal-g|vacuumdb|reindexdb|pg_repack|azure_?(backup|superuser)?)/i;

const PEOPLE =
  /^(psql|pgadmin|dbeaver|datagrip|azure data studio|tableplus|postico|navicat|metabase|looker|tableau|power ?bi|excel|jupyter)/i;

const MAINTENANCE = /^(VACUUM|ANALYZE|REINDEX|CLUSTER|CREATE|REFRESH|COPY|CHECKPOINT|ALTER)$/;

const MOST_OF_IT = 0.5;

/** Load that is meant to be there: a backup, maintenance, somebody's one query, counters that began again. */
export const expectedLoad: CauseRules = {
  cause: "expected_load",
  explains: ["cpu", "io", "latency", "memory", "connections", "storage", "temp_files", "long_transaction", "any"],
  weigh: (seen) => [...tools(seen), ...maintenance(seen), ...oneOff(seen), ...freshCounters(seen)].slice(0, 1),
};

const expected = (
  subject: string,
  statement: string,
  points: ReturnType<typeof point>[],
  impact: number,
): Suspicion => ({
  proven: true,
  cause: "expected_load",
  subject,
  statement,
  impact,
  for: points,
  against: [],
  mending: null,
  recommendation: "Nothing needs to be done; look again if it lasts.",
});

function tools(seen: Observed): Suspicion[] {
  const running = seen.sessions.filter(
    ({ application, state, backend_type: type }) =>
      TOOLS.test(application) && (state === "active" || type === "walsender"),
  );
  const backup = seen.progress.find(({ command }) => command === "BASE BACKUP");
  const [first] = running;
  if (first === undefined && backup === undefined) return [];
  const name = first?.application ?? "a base backup";
  return [
    expected(
      name,
      `${name} is running: its load is meant to be there.`,
      [
        point(
          "pg_stat_activity",
          `${name} has been at it for ${seconds(first?.transaction_seconds ?? first?.statement_seconds ?? null)}.`,
          { application: name },
        ),
      ],
      0.7,
    ),
  ];
}

function maintenance(seen: Observed): Suspicion[] {
  const busy = seen.progress.filter(({ pid }) => seen.sessions.some((session) => session.pid === pid));
  const byHand = seen.sessions.filter(
    ({ command, state, backend_type: type, statement_seconds: since }) =>
      type === "client backend" && state === "active" && MAINTENANCE.test(command) && (since ?? 0) >= 1,
  );
  const commands = seen.workload.maintenance.filter(({ command }) => MAINTENANCE.test(command.split(" ")[0] ?? ""));
  const time = commands.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const part = share(time, seen.interval.totalMs);
  const what = byHand[0]?.command ?? busy[0]?.command ?? commands[0]?.command;
  const isMost = part >= MOST_OF_IT;
  if (what === undefined || (!isMost && byHand.length === 0 && busy.length === 0)) return [];
  const points = [
    ...(isMost
      ? [point("pg_stat_statements", `${what} took ${percentOf(part)} of the statement time.`, { share: part })]
      : []),
    ...[...byHand, ...busy]
      .slice(0, 2)
      .map((one) => point("pg_stat_progress", `Session ${one.pid} runs ${one.command}.`, { pid: one.pid })),
  ];
  return [
    expected(what, `Maintenance is under way (${what}): its load is meant to be there.`, points, isMost ? 0.6 : 0.4),
  ];
}

/** A report, or a load of data. */
const ONE_OFF = new Set(["SelectStmt", "InsertStmt"]);
const LONG_QUERY_SECONDS = 5;

function oneOff(seen: Observed): Suspicion[] {
  const [top] = costly(seen);
  const person = seen.sessions.find(
    ({ application, state, statement_seconds: since, backend_type: type }) =>
      type === "client backend" && state === "active" && PEOPLE.test(application) && (since ?? 0) >= LONG_QUERY_SECONDS,
  );
  if (person !== undefined)
    return [
      expected(
        `session ${person.pid}`,
        `Somebody runs a long query in ${person.application}: load that ends by itself.`,
        [
          point(
            "pg_stat_activity",
            `Session ${person.pid} of ${person.role} (${person.application}) has run it for ${seconds(person.statement_seconds)}.`,
            { pid: person.pid, seconds: person.statement_seconds },
          ),
        ],
        0.5,
      ),
    ];
  if (top === undefined || top.share < MOST_OF_IT || top.delta.allCalls > 3 || !ONE_OFF.has(top.statement.syntax.kind))
    return [];
  return [
    expected(
      nameOf(top.statement.key),
      `One query that was run ${top.delta.allCalls === 1 ? "once" : `${top.delta.allCalls} times`} took ${percentOf(top.share)} of the time: nothing that comes back.`,
      [
        point(
          "pg_stat_statements",
          `${count(top.delta.allCalls)} calls in all, ${seconds(top.delta.meanMs / 1_000)} each.`,
          { calls: top.delta.allCalls, share: top.share },
        ),
      ],
      0.4,
    ),
  ];
}

const FRESH_SECONDS = 600;
const NEW_SERVER_SECONDS = 120;

function freshCounters(seen: Observed): Suspicion[] {
  const since = seen.database?.reset_seconds ?? null;
  const uptime = seen.database?.uptime_seconds ?? 0;
  // On a server that was started just now, everything is new.
  const isFresh = since !== null && since < FRESH_SECONDS && uptime - since > NEW_SERVER_SECONDS;
  // Load that can be seen needs another explanation than counters that began again.
  if (!isFresh || isBusyWith(seen)) return [];
  return [
    expected(
      "the counters",
      "The server's counters began again just now: what they say of unused indexes and rates means nothing yet.",
      [point("pg_stat_database", `They go back ${seconds(since)}.`, { resetSeconds: since })],
      0.1,
    ),
  ];
}
