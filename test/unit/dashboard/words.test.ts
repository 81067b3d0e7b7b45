import { expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatChange,
  formatCount,
  formatFigure,
  formatInstant,
  formatMs,
  formatPercent,
  formatShare,
  formatSpan,
  formatUntil,
} from "../../../static-web/src/format.ts";
import { percentText } from "../../../shared/core/percent.ts";
import { factInWords } from "../../../static-web/src/incident/fact-words.ts";
import { stepsOf } from "../../../static-web/src/incident/progress.ts";
import { whenInWords, whereInWords } from "../../../static-web/src/instructions/in-words.ts";
import { principalFrom } from "../../../static-web/src/principal.ts";
import { incidentPath, routeOf } from "../../../static-web/src/routes.ts";
import { healthOf } from "../../../static-web/src/servers/health.ts";
import { tokensOf } from "../../../static-web/src/ui/highlight.ts";
import { anIncident, aResolvedIncident, aServer, terms } from "../../support/dashboard/data.ts";

const now = new Date("2026-11-20T12:00:00.000Z");

test("figures keep about three significant digits", () => {
  expect([34_120.4, 93.71, 8.217, 0.3812, 0].map(formatFigure)).toEqual(["34,120", "93.7", "8.22", "0.381", "0"]);
  expect([2_000_000, 12_400, 640].map(formatCount)).toEqual(["2 M", "12.4 k", "640"]);
  expect([0.97, 0.042].map(formatShare)).toEqual(["97 %", "4.2 %"]);
});

test("what is not quite all, or not quite nothing, does not say 100 % or 0 %", () => {
  expect([0.9997, 0.993, 1, 0.0003, 0].map(formatShare)).toEqual(["99.9 %", "99.3 %", "100 %", "< 0.1 %", "0 %"]);
  expect([99.97, 12.4, 4.96].map(formatPercent)).toEqual(["99.9 %", "12 %", "5 %"]);
  expect([99.97, 99, 100].map(percentText)).toEqual(["99.9 %", "99 %", "100 %"]);
});

test("a fact is told with its unit", () => {
  expect(factInWords("meanMs", 391.2)).toEqual({ name: "mean time", value: "391 ms" });
  expect(factInWords("indexBytes", 15_638_528)).toEqual({ name: "index size", value: "14.9 MB" });
  expect(factInWords("cpuPercent", 99.97)).toEqual({ name: "CPU", value: "99.9 %" });
  expect(factInWords("share", 0.97)).toEqual({ name: "share", value: "97 %" });
  expect(factInWords("waitingForLocks", 0)).toEqual({ name: "waiting for locks", value: "0" });
  expect(factInWords("indexUsed", true)).toEqual({ name: "index used", value: "yes" });
});

test("times are told in the unit that a person would use", () => {
  expect([0.38, 93.7, 1840, 185_000].map(formatMs)).toEqual(["0.38 ms", "93.7 ms", "1.84 s", "3 min 5 s"]);
  expect([0, 8_000, 3_600_000, 518_399_000].map(formatSpan)).toEqual(["0 s", "8 s", "1 h", "5 d 23 h"]);
  expect(formatAgo("2026-11-20T11:59:58.000Z", now)).toBe("just now");
  expect(formatAgo("2026-11-20T11:18:00.000Z", now)).toBe("42 min ago");
  expect(formatUntil("2026-11-20T11:59:59.000Z", now)).toBe("expired");
  expect(formatUntil("2026-11-20T12:10:00.000Z", now)).toBe("in 10 min");
  expect(formatInstant("2026-11-20T09:30:12.000Z")).toBe("20 Nov 2026, 09:30:12 UTC");
});

test("sizes are those that pg_size_pretty shows", () => {
  expect([512, 14_180_352, 4 * 1024 ** 3].map(formatBytes)).toEqual(["512 bytes", "13.5 MB", "4 GB"]);
});

test("a change that leaves something never says 100 %", () => {
  expect(formatChange(93.7, 0.38)).toBe("−99.59 %");
  expect(formatChange(20_000_000, 1)).toBe("−99.99 %");
  expect(formatChange(100, 150)).toBe("+50 %");
  expect(formatChange(5, 5)).toBe("no change");
  expect(formatChange(0, 5)).toBe("new");
});

test("every page has an address, and anything else is unknown", () => {
  expect(routeOf("/")).toEqual({ screen: "servers" });
  expect(routeOf("/incidents/")).toEqual({ screen: "incidents" });
  expect(routeOf(incidentPath("inc-1"))).toEqual({ screen: "incident", incidentId: "inc-1" });
  for (const path of ["/nowhere", "/incidents/a/b", "/incidents/%E0%A4%A"])
    expect(routeOf(path).screen).toBe("unknown");
});

test("an incident's progress is read from what it holds", () => {
  const states = (incident: Parameters<typeof stepsOf>[0]) => stepsOf(incident).map(({ state }) => state);
  expect(states(anIncident())).toEqual(["done", "done", "done", "current", "todo", "todo", "todo"]);
  expect(states(aResolvedIncident())).toEqual(Array(7).fill("done"));
  const handedOff = anIncident({ state: "handedOff", proposal: null });
  expect(states(handedOff)).toEqual(["done", "done", "skipped", "skipped", "skipped", "skipped", "done"]);
});

test("a server's health follows from its incidents and its last snapshot", () => {
  const at = new Date();
  expect(healthOf(aServer(), at).text).toBe("Healthy");
  expect(healthOf(aServer({ activeIncidentIds: ["inc-1"] }), at).text).toBe("Needs attention");
  expect(healthOf(aServer({ lastSnapshotAt: "2026-11-20T00:00:00.000Z" }), new Date("2026-11-20T01:00:00Z")).tone).toBe(
    "bad",
  );
  expect(healthOf(aServer({ enabled: false }), at).text).toBe("Not watched");
});

test("an instruction's scope and window are told in words", () => {
  const { scope, window } = terms();
  expect(whereInWords(scope)).toBe("shop: database shop, schema public, any table");
  expect(whereInWords({ serverId: "*", database: null, schema: null, table: "orders" })).toContain("every server");
  expect(whenInWords(window)).toBe("every day, at any time");
  const nights = { days: ["mon", "tue", "wed", "thu", "fri"] as const, from: "22:00", to: "06:00" };
  expect(whenInWords({ ...nights, days: [...nights.days] })).toBe("Mon–Fri, 22:00–06:00 UTC");
  expect(whenInWords({ days: ["sun", "sat"], from: "00:00", to: "12:00" })).toBe("Sat, Sun, 00:00–12:00 UTC");
});

test("colouring a statement or a plan changes no sign of it", () => {
  const sql = "CREATE INDEX CONCURRENTLY \"Odd name\" ON t(a); -- it's 'fine'";
  expect(
    tokensOf(sql, "sql")
      .map(({ text }) => text)
      .join(""),
  ).toBe(sql);
  const plan = "->  Parallel Seq Scan on orders  (cost=0.00..33120.07 rows=8)";
  expect(tokensOf(plan, "plan").map(({ kind }) => kind)).toEqual(["plain", "slow", "plain", "comment"]);
});

test("only PgMedic's roles count, and nobody is nobody", () => {
  const clientPrincipal = { userId: "u", userDetails: "Ada", userRoles: ["anonymous", "authenticated", "operator"] };
  expect(principalFrom({ clientPrincipal })).toEqual({ userId: "u", name: "Ada", roles: ["operator"] });
  expect(principalFrom({ clientPrincipal: null })).toBeNull();
});
