import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogFindingKind, LogSeverity } from "../../../shared/contracts/log-triage.ts";
import { addDuration, noDurations, percentileMs } from "../../../shared/logs/durations.ts";
import { boundedGroups } from "../../../shared/logs/groups.ts";
import { impactOf } from "../../../shared/logs/impact.ts";
import { nextActions } from "../../../shared/logs/next-actions.ts";
import { findingOf, logOf, triageOf } from "./triage-of.ts";

describe("what the log says becomes a finding", () => {
  test("statements by their normal text, with percentiles", async () => {
    const runs = [100, 200, 300, 400, 5_000].map(
      (ms, at) => `LOG:  duration: ${ms}.5 ms  statement: select * from t where id = ${at}`,
    );
    const { facts, sample, count } = await findingOf(
      "slow_statement",
      ...runs,
      "LOG:  duration: 1 ms  bind s1: select * from t where id = $1",
    );
    expect({ sample, count }).toEqual({ sample: "select * from t where id = ?", count: 5 });
    expect(facts).toMatchObject({ runs: 5, totalSeconds: 6.004, maxMs: 5_000.5, p95Ms: 5_000.5 });
    expect(facts["p50Ms"]).toBeGreaterThan(290);
    expect(facts["p50Ms"]).toBeLessThan(335);
  });

  test("a duration without a text belongs to what its session was told to run", async () => {
    const { count } = await findingOf(
      "slow_statement",
      "LOG:  statement: select 5",
      "LOG:  duration: 2500.000 ms",
      "LOG:  execute <unnamed>: select $1",
      "LOG:  duration: 1500.000 ms",
    );
    expect(count).toBe(2);
  });

  test("a plan of auto_explain counts where no duration is logged, and never twice", async () => {
    const plan =
      "LOG:  duration: 2000.0 ms  plan:\n\tQuery Text: select * from t\n\twhere id = 5\n\tSeq Scan on t  (cost=0.00..1.00 rows=1 width=4)";
    expect(await findingOf("slow_statement", plan, plan)).toMatchObject({
      count: 2,
      sample: "select * from t where id = ?",
    });
    expect(
      await findingOf("slow_statement", plan, "LOG:  duration: 2000.0 ms  statement: select * from t where id = 7"),
    ).toMatchObject({ count: 1 });
  });

  test("lock waits by lock and statement, each wait once, with those who hold it", async () => {
    const wait = (state: string, ms: number) =>
      `LOG:  process 17 ${state} ShareLock on transaction 55 after ${ms}.000 ms`;
    const more = [
      "DETAIL:  Process holding the lock: 99. Wait queue: 17.",
      'CONTEXT:  while updating tuple (0,1) in relation "orders"',
      "STATEMENT:  update orders set a = 1",
    ];
    const found = await findingOf(
      "lock_wait",
      wait("still waiting for", 1_000),
      ...more,
      wait("acquired", 65_000),
      wait("still waiting for", 1_000),
      ...more,
    );
    expect(found).toMatchObject({
      severity: "critical",
      count: 2,
      facts: { lock: "ShareLock on orders", totalSeconds: 66, mostFrequentHolders: "99" },
    });
  });

  test("deadlocks by the statements that took part", async () => {
    const lines = [
      "ERROR:  deadlock detected",
      "DETAIL:  Process 1 waits for ShareLock on transaction 2; blocked by process 3.\n\tProcess 3 waits for ShareLock on transaction 4; blocked by process 1.\n\tProcess 1: update b set x = 5\n\tProcess 3: update a set x = 'secret'",
    ];
    expect(await findingOf("deadlock", ...lines, ...lines)).toMatchObject({
      count: 2,
      sample: "update a set x=?\nupdate b set x=?".replaceAll("x=?", "x = ?"),
    });
  });

  test("temporary files by statement", async () => {
    const lines = [
      'LOG:  temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size 600000000',
      "STATEMENT:  select * from t order by 1",
    ];
    expect(await findingOf("temporary_files", ...lines, ...lines)).toMatchObject({
      severity: "warning",
      facts: { bytes: 1_200_000_000, largestBytes: 600_000_000 },
    });
  });

  test("checkpoints that come too often or wait for the disks", async () => {
    const complete =
      "LOG:  checkpoint complete: wrote 5 buffers (0.0%); write=1.0 s, sync=12.500 s, total=14.0 s; sync files=1";
    const lines = [
      "LOG:  checkpoint starting: wal",
      complete,
      "LOG:  checkpoints are occurring too frequently (7 seconds apart)",
      'HINT:  Consider increasing "max_wal_size".',
    ];
    expect(await findingOf("frequent_checkpoints", ...lines)).toMatchObject({
      facts: { closestSeconds: 7, becauseOfWal: 1 },
    });
    expect(await findingOf("slow_checkpoints", ...lines)).toMatchObject({ facts: { longestSyncSeconds: 12.5 } });
  });

  test("autovacuum that cannot remove, works long or gives way", async () => {
    const vacuum =
      'LOG:  automatic aggressive vacuum to prevent wraparound of table "shop.public.orders": index scans: 0\n\ttuples: 5 removed, 90000 remain, 40000 are dead but not yet removable, oldest xmin: 7\n\tsystem usage: CPU: user: 0.1 s, system: 0.1 s, elapsed: 700.25 s';
    const facts = {
      table: "shop.public.orders",
      deadRowsLeft: 40_000,
      longestSeconds: 700.25,
      againstWraparound: true,
    };
    expect(await findingOf("vacuum_blocked", vacuum)).toMatchObject({
      facts,
      next_actions: expect.arrayContaining([expect.objectContaining({ parameters: { table: "shop.public.orders" } })]),
    });
    expect(await findingOf("long_vacuum", vacuum)).toMatchObject({ facts });
    expect(
      await findingOf(
        "vacuum_cancelled",
        "ERROR:  canceling autovacuum task",
        'CONTEXT:  automatic vacuum of table "shop.public.orders"',
      ),
    ).toMatchObject({ count: 1 });
  });

  test("sessions that are refused, fail to sign in, or come and go", async () => {
    expect(await findingOf("too_many_connections", "FATAL:  sorry, too many clients already")).toMatchObject({
      severity: "critical",
    });
    expect(
      await findingOf(
        "authentication_failed",
        ...Array.from({ length: 12 }, () => 'FATAL:  password authentication failed for user "bob"'),
      ),
    ).toMatchObject({ severity: "warning", facts: { role: "bob" } });
    const { findings } = await triageOf(
      Array.from(
        { length: 300 },
        (_, second) =>
          `${new Date(Date.UTC(2026, 10, 20) + second * 500).toISOString().replace("T", " ").replace("Z", " UTC")} [${second}] LOG:  connection received: host=10.0.0.1 port=5\n`,
      ).join("") +
        logOf("LOG:  disconnection: session time: 0:00:00.250 user=a database=b host=c").replace("10:00", "00:00"),
      { prefix: "%m [%p] " },
    );
    expect(findings).toMatchObject([
      { kind: "connection_churn", facts: { connections: 300, mostInAMinute: 120, shorterThanASecond: 1 } },
    ]);
  });

  test.each([
    ["crash", 'PANIC:  could not write to file "pg_wal/xlogtemp.17": Input/output error'],
    ["crash", "LOG:  server process (PID 17) was terminated by signal 11: Segmentation fault"],
    ["crash", "LOG:  database system was not properly shut down; automatic recovery in progress"],
    ["out_of_memory", "ERROR:  out of memory"],
    ["out_of_memory", "LOG:  server process (PID 17) was terminated by signal 9: Killed"],
    ["out_of_disk", 'ERROR:  could not extend file "base/5/16384": No space left on device'],
    ["corruption", "ERROR:  invalid page in block 5 of relation base/5/16384"],
    ["wraparound", 'WARNING:  database "shop" must be vacuumed within 10985967 transactions'],
    ["replication", "ERROR:  requested WAL segment 000000010000000000000005 has already been removed"],
    ["replication", "LOG:  terminating walsender process due to replication timeout"],
    ["archiving", "LOG:  archive command failed with exit code 1"],
    ["statement_timeout", "ERROR:  canceling statement due to statement timeout"],
    ["lock_timeout", "ERROR:  canceling statement due to lock timeout"],
    ["cancelled_by_user", "ERROR:  canceling statement due to user request"],
    ["terminated_sessions", "FATAL:  terminating connection due to idle-in-transaction timeout"],
    ["connections_lost", "LOG:  could not receive data from client: Connection reset by peer"],
    ["configuration", 'LOG:  parameter "work_mem" changed to "64MB"'],
    ["error", 'ERROR:  duplicate key value violates unique constraint "orders_pkey"'],
  ] as const)("%s: %s", async (kind, line) => {
    expect(await findingOf(kind, line, line)).toMatchObject({ kind, count: 2 });
  });
});

test("lines that cannot be read are counted and harm nothing", async () => {
  const good = logOf(
    "LOG:  duration: 2000 ms  statement: select 1\n\t, 2\n\n\t, 3",
    "DETAIL:  lost",
    "STATEMENT:  lost too",
  );
  const other = "2026-11-20 10:00:00.000 UTC [99] STATEMENT:  of another session\n";
  const triage = await triageOf(
    `\tcontinues nothing\n${good}${other}cp: no such file\n\u0000\u0001\r\n2026-11-20 10:00:00.000 UTC [17] ПРОТОКОЛ:  x\n`,
    { prefix: "%m [%p] " },
  );
  expect(triage).toMatchObject({
    messages: 1,
    detachedLines: 1,
    malformedLines: 5,
    findings: [{ sample: "select ?, ?" }],
  });
});

test("a message longer than four megabytes is taken as far as it goes, and the next one is read", async () => {
  const long = `select '${"x".repeat(50)}\n\t${"y, \n\t".repeat(1_500_000)}'`;
  const triage = await triageOf(
    logOf(`LOG:  duration: 2000 ms  statement: ${long}`, "LOG:  duration: 2000 ms  statement: select 2"),
    { prefix: "%m [%p] " },
  );
  expect(triage).toMatchObject({ messages: 2, truncatedMessages: 1, malformedLines: 0 });
});

test("lines with Windows' ends are the same", async () => {
  const text = logOf(
    "LOG:  duration: 2000 ms  statement: select 1\n\t, 2",
    "ERROR:  division by zero",
    "STATEMENT:  select 1/0",
  );
  expect((await triageOf(text.replaceAll("\n", "\r\n"))).findings).toEqual((await triageOf(text)).findings);
});

test("zones are told when their meaning is not known", async () => {
  const { unknownZones, from } = await triageOf(logOf("LOG:  hello").replace("UTC", "XYZT"));
  expect({ unknownZones, from }).toEqual({ unknownZones: ["XYZT"], from: "2026-11-20T10:00:00.000Z" });
});

test("a prefix that PostgreSQL would refuse is refused", async () => {
  await expect(triageOf("", { prefix: "%z" })).rejects.toThrow("no escape %z");
});

describe("ranking", () => {
  test("the impact grows with what was lost, and never leaves the band of its severity", () => {
    const seconds = fc.double({ min: 0, max: 1e9, noNaN: true });
    const bands = { critical: [70, 100], warning: [30, 70], notice: [0, 30] } as const;
    fc.assert(
      fc.property(fc.constantFrom(...LogSeverity.options), seconds, seconds, (severity, a, b) => {
        const [low, high] = [a, b].toSorted((one, other) => one - other).map((lost) => impactOf(severity, lost));
        expect(low).toBeGreaterThanOrEqual(bands[severity][0]);
        expect(high).toBeLessThanOrEqual(bands[severity][1]);
        expect(low).toBeLessThanOrEqual(high ?? 0);
      }),
    );
  });

  test("the worst comes first, and the rest is counted", async () => {
    const text = logOf(
      'ERROR:  relation "x" does not exist',
      "LOG:  duration: 5000 ms  statement: select 1",
      "LOG:  duration: 90000 ms  statement: select a",
      "FATAL:  sorry, too many clients already",
    );
    const { findings, moreFindings } = await triageOf(text, { most: 3 });
    expect(findings.map(({ kind, sample }) => [kind, sample])).toEqual([
      ["too_many_connections", "sorry, too many clients already"],
      ["slow_statement", "select a"],
      ["slow_statement", "select ?"],
    ]);
    expect(moreFindings).toBe(1);
  });

  test("the same log gives the same report", async () => {
    const text = logOf(
      ...["b", "a", "c"].flatMap((name) => [
        `ERROR:  relation "${name}" does not exist`,
        `LOG:  duration: 2000 ms  statement: select ${name}`,
      ]),
    );
    expect(await triageOf(text)).toEqual(await triageOf(text));
  });

  test("every kind of finding has something to look at next, by a name and never by SQL", () => {
    for (const kind of LogFindingKind.options) expect(nextActions(kind).length, kind).toBeGreaterThan(0);
  });
});

describe("nothing that users wrote is in a report", () => {
  const secret = fc.stringMatching(/^[A-Za-z]{6}[0-9]{4}$/);
  test("literals, parameters, keys and raised texts are taken out", async () => {
    await fc.assert(
      fc.asyncProperty(secret, async (word) => {
        const text = logOf(
          `LOG:  duration: 5000 ms  statement: select * from t where a = '${word}' and b = $q$${word}$q$ -- ${word}`,
          "LOG:  duration: 5000 ms  execute <unnamed>: select $1",
          `DETAIL:  Parameters: $1 = '${word}'`,
          'ERROR:  duplicate key value violates unique constraint "t_pkey"',
          `DETAIL:  Key (email)=(${word}) already exists.`,
          `STATEMENT:  insert into t values ('${word}')`,
          `ERROR:  invalid input syntax for type integer: "${word}"`,
          `ERROR:  ${word} is not welcome`,
          "CONTEXT:  PL/pgSQL function greet() line 3 at RAISE",
          `ERROR:  malformed array literal: '${word}'`,
          "ERROR:  deadlock detected",
          `DETAIL:  Process 1 waits for it.\n\tProcess 1: update t set a = '${word}'`,
          'LOG:  temporary file: path "x", size 500000000',
          `STATEMENT:  select '${word}'`,
        );
        const triage = await triageOf(text);
        expect(triage.findings.length).toBeGreaterThan(6);
        expect(JSON.stringify(triage)).not.toContain(word);
      }),
      { numRuns: 30 },
    );
  });
});

describe("memory is bounded", () => {
  test("of many statements the heavy ones stay, and the others are summed", () => {
    const groups = boundedGroups<{ weight: number }>(
      100,
      () => ({ weight: 0 }),
      ({ weight }) => weight,
    );
    groups.at("heavy").weight = 1e6;
    for (let number = 0; number < 10_000; number += 1) groups.at(number).weight += 1;
    expect(groups.all().length).toBeLessThanOrEqual(100);
    expect(groups.at("heavy").weight).toBe(1e6);
    expect(groups.dropped.weight + groups.all().reduce((sum, { weight }) => sum + weight, 0)).toBe(1e6 + 10_000);
  });

  test("a log of ever new statements is read to its end, and says what was given up", async () => {
    const text = logOf(
      ...Array.from({ length: 5_000 }, (_, at) => `LOG:  duration: ${at}.5 ms  statement: select c${at} from t`),
    );
    const { findings, droppedGroups } = await triageOf(text, { most: 5 });
    expect(droppedGroups).toBeGreaterThan(2_500);
    expect(findings[0]?.sample).toBe("select c4999 from t");
  });

  test("percentiles of a fixed histogram are at most 9 % off", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 1),
        (values, share) => {
          const durations = noDurations();
          for (const ms of values) addDuration(durations, ms);
          const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;
          const found = percentileMs(durations, share);
          expect(found).toBeGreaterThanOrEqual(exact * 0.999);
          expect(found).toBeLessThanOrEqual(exact * 1.1);
        },
      ),
    );
  });
});
