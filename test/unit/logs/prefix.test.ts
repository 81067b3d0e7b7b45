import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textOf } from "../../../shared/logs/bytes.ts";
import { createClock } from "../../../shared/logs/clock.ts";
import { detectPrefix } from "../../../shared/logs/detect.ts";
import { clearEntry, emptyEntry, ensureSession, LEVEL } from "../../../shared/logs/entry.ts";
import { compilePrefix } from "../../../shared/logs/prefix.ts";

/** Reads one line by a prefix; null when it does not fit. */
function read(prefix: string, line: string) {
  const clock = createClock();
  const compiled = compilePrefix(prefix, clock);
  if (!compiled.ok) throw new Error(compiled.because);
  const bytes = Buffer.from(line);
  const entry = emptyEntry();
  clearEntry(entry, bytes);
  const label = compiled.readHead(bytes, 0, bytes.length, entry);
  if (label < 0) return null;
  entry.message.start += label & 31;
  entry.message.end = bytes.length;
  ensureSession(entry);
  const text = (name: "user" | "database" | "application" | "host" | "sqlState" | "message") =>
    textOf(bytes, entry[name]);
  return {
    level: label >> 5,
    timeMs: entry.timeMs,
    pid: entry.pid,
    user: text("user"),
    database: text("database"),
    application: text("application"),
    host: text("host"),
    sqlState: text("sqlState"),
    message: text("message"),
  };
}

describe("log_line_prefix", () => {
  test.each([
    [
      "%m [%p] ",
      "2026-11-20 10:00:00.123 UTC [17] LOG:  hello",
      { pid: 17, timeMs: Date.UTC(2026, 10, 20, 10, 0, 0, 123) },
    ],
    ["%t [%p]: ", "2026-11-20 10:00:00 CET [17]: LOG:  hello", { timeMs: Date.UTC(2026, 10, 20, 9) }],
    ["%t [%p]: ", "2026-11-20 10:00:00 +0530 [17]: LOG:  hello", { timeMs: Date.UTC(2026, 10, 20, 4, 30) }],
    ["%t-%c-", "2026-07-02 03:00:06 UTC-6a45d422.1513f3-LOG:  hello", { timeMs: Date.UTC(2026, 6, 2, 3, 0, 6) }],
    ["%n %p ", "1700000000.123 17 LOG:  hello", { timeMs: 1_700_000_000_123, pid: 17 }],
    [
      "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
      "2026-11-20 10:00:00 UTC [17]: user=bob,db=shop,app=my app, really,client=10.0.0.1 LOG:  hello",
      { user: "bob", database: "shop", application: "my app, really", host: "10.0.0.1" },
    ],
    ["%m [%p] %q%u@%d ", "2026-11-20 10:00:00.123 UTC [17] bob@shop LOG:  hello", { user: "bob", database: "shop" }],
    ["%m [%p] %q%u@%d ", "2026-11-20 10:00:00.123 UTC [17] LOG:  hello", { user: "", database: "" }],
    [
      "%r %e %x %v %i %b %P %Q %l %s ",
      "10.0.0.1(4711) 23505 77 3/44 INSERT client backend 12 -5 3 2026-11-20 10:00:00 UTC LOG:  hello",
      { host: "10.0.0.1(4711)", sqlState: "23505" },
    ],
    ["%-10u|%5p|%10d|", "bob       |   17|      shop|LOG:  hello", { user: "bob", pid: 17, database: "shop" }],
    ["100%% %p ", "100% 17 LOG:  hello", { pid: 17 }],
    ["", "LOG:  hello", {}],
    ["%u@%d", "bob@SHOPLOG:  hello", { user: "bob", database: "SHOP" }],
  ])("%s reads %s", (prefix, line, expected) => {
    expect(read(prefix, line)).toMatchObject({ message: "hello", level: LEVEL.log, ...expected });
  });

  test("a line of another prefix, another locale or another program is not read", () => {
    for (const line of [
      "LOG:  hello",
      "2026-11-20 10:00:00.123 UTC [x] LOG:  hello",
      "2026-11-20 10:00:00.123 UTC [17] ПРОТОКОЛ:  hello",
      "gzip: done",
      "",
    ])
      expect(read("%m [%p] ", line)).toBeNull();
  });

  test.each([
    ["%z ", "%z"],
    ["%m %", "lone %"],
  ])("%s is refused with the reason", (prefix, because) => {
    expect(compilePrefix(prefix, createClock())).toMatchObject({
      ok: false,
      because: expect.stringContaining(because),
    });
  });
});

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const digits = fc.integer({ min: 1, max: 4_000_000 }).map(String);
const stamp = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2090, 0) });
const text = (ms: number, withMs: boolean): string =>
  `${new Date(ms)
    .toISOString()
    .slice(0, withMs ? 23 : 19)
    .replace("T", " ")} UTC`;

type Written = { escape: string; written: string; field?: string; value?: string | number };
const asText = (escape: string, field?: string) =>
  word.map((value): Written => ({ escape, written: value, ...(field === undefined ? {} : { field, value }) }));
const PARTS: fc.Arbitrary<Written>[] = [
  asText("u", "user"),
  asText("d", "database"),
  asText("a", "application"),
  asText("h", "host"),
  fc.tuple(word, digits).map(([host, port]): Written => ({
    escape: "r",
    written: `${host}(${port})`,
    field: "host",
    value: `${host}(${port})`,
  })),
  fc
    .constantFrom("client backend", "autovacuum worker", "checkpointer")
    .map((written): Written => ({ escape: "b", written })),
  fc
    .constantFrom("SELECT", "CREATE INDEX", "idle in transaction")
    .map((written): Written => ({ escape: "i", written })),
  fc
    .integer({ min: 1, max: 4_000_000 })
    .map((value): Written => ({ escape: "p", written: String(value), field: "pid", value })),
  fc
    .constantFrom("23505", "00000", "57P01", "XX000")
    .map((value): Written => ({ escape: "e", written: value, field: "sqlState", value })),
  ...["l", "x", "Q", "P"].map((escape) => digits.map((written): Written => ({ escape, written }))),
  fc.constantFrom("6a45d422.1513f3", "5f.1").map((written): Written => ({ escape: "c", written })),
  fc.tuple(digits, digits).map(([a, b]): Written => ({ escape: "v", written: `${a}/${b}` })),
  stamp.map((ms): Written => ({ escape: "m", written: text(ms, true), field: "timeMs", value: ms })),
  stamp.map((ms): Written => ({
    escape: "t",
    written: text(ms, false),
    field: "timeMs",
    value: Math.floor(ms / 1_000) * 1_000,
  })),
  stamp.map((ms): Written => ({ escape: "n", written: (ms / 1_000).toFixed(3), field: "timeMs", value: ms })),
  stamp.map((ms): Written => ({ escape: "s", written: text(ms, false) })),
];
/** Distinct escapes, and between them separators that no value holds. */
const prefixes = fc
  .tuple(
    fc.uniqueArray(fc.oneof(...PARTS), {
      selector: ({ escape }) => ("tmn".includes(escape) ? "time" : "rh".includes(escape) ? "host" : escape),
      minLength: 1,
      maxLength: 8,
    }),
    fc.constantFrom("|", "; ", " [", "] ", ",x=", "%%"),
    fc.integer({ min: -14, max: 14 }),
  )
  .map(([parts, separator, padding]) => ({
    parts,
    separator,
    padding: padding === 0 || Math.abs(padding) < 2 ? "" : String(padding),
  }));

test("whatever prefix a line is written with, it is read back", () => {
  fc.assert(
    fc.property(prefixes, fc.boolean(), ({ parts, separator, padding }, isQuiet) => {
      const end = `${separator}`;
      const prefix = (isQuiet ? "%q" : "") + parts.map(({ escape }) => `%${padding}${escape}`).join(separator) + end;
      const width = Math.abs(Number(padding));
      const pad = (value: string) => (padding.startsWith("-") ? value.padEnd(width) : value.padStart(width));
      const line = parts.map(({ written }) => pad(written)).join(separator.replace("%%", "%")) + end.replace("%%", "%");
      const found = read(prefix, `${line}ERROR:  it says: LOG:  5`);
      expect(found).toMatchObject({ level: LEVEL.error, message: "it says: LOG:  5" });
      for (const { field, value } of parts) if (field !== undefined) expect(found).toHaveProperty(field, value);
    }),
    { numRuns: 1_000 },
  );
});

describe("a prefix is found from the first lines", () => {
  test.each([
    "%m [%p] ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%t:%r:%u@%d:[%p]:",
    "%m [%p] %q%u@%d ",
    "%t-%c-",
    "%n %p %e ",
    "<%m %u %d %p> ",
    "%p %c %v %m user: %u; db: %d; ",
  ])("%s", (prefix) => {
    const values: Record<string, string> = {
      m: "2026-11-20 10:00:00.123 UTC",
      t: "2026-11-20 10:00:00 UTC",
      n: "1700000000.123",
      p: "4711",
      u: "bob",
      d: "shop",
      a: "psql",
      h: "10.0.0.1",
      r: "10.0.0.1(5000)",
      c: "6a45d422.1513f3",
      v: "3/44",
      e: "00000",
      q: "",
    };
    const line = (label: string) =>
      `${prefix.replaceAll(/%(\w)/g, (_, escape: string) => values[escape] ?? "")}${label}:  hello\n`;
    const sample = Buffer.from(["LOG", "ERROR", "STATEMENT", "LOG", "FATAL"].map(line).join("\tmore\n"));
    const found = detectPrefix(sample) ?? "";
    const readBack = read(found, line("LOG").trimEnd());
    expect(readBack).toMatchObject({ message: "hello" });
    // Where there is a time it is found.
    if (/%[mtn]/.test(prefix)) expect(readBack?.timeMs).not.toBeNaN();
    if (/%p/.test(prefix)) expect(readBack?.pid).toBe(4711);
  });

  test("a text that is no log has none", () => {
    expect(detectPrefix(Buffer.from("hello\nworld\n"))).toBeNull();
  });
});
