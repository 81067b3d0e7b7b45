import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertDigest, Incident } from "../../../shared/contracts/incident.ts";
import { correlationKeyOf, loadKeyOf } from "../../../shared/core/alert-reading.ts";
import { withAlert } from "../../../shared/core/attached-alerts.ts";
import { foldedIn, foldsInto, tellsOfLoad } from "../../../shared/core/folded-alerts.ts";
import { later, MINUTE_MS, SECOND_MS } from "../../../shared/core/time.ts";
import { aDiagnosis, anIncident, NOW } from "../../support/incidents.ts";

const SOON = later(NOW, MINUTE_MS);
let number = 0;
function anAlertOf(wish: Partial<AlertDigest>): AlertDigest {
  const [alert] = anIncident().alerts;
  if (alert === undefined) throw new Error("an incident begins with an alert");
  number += 1;
  return { ...alert, alertId: `alert-${number}`, ...wish };
}
const connections = anAlertOf({ metric: "active_connections", rule: "connections-high" });
const slow = anAlertOf({ metric: null, rule: "PostgreSQLSlowQueries" });

describe("an alert that tells of load", () => {
  test.each<[Partial<AlertDigest>]>([
    [{ metric: "cpu_percent" }],
    [{ metric: "CPU_Percent" }],
    [{ metric: "active_connections" }],
    [{ metric: null, rule: "PostgresqlTooManyConnections" }],
    [{ metric: null, rule: "PostgreSQLSlowQueries" }],
    [{ metric: null, rule: "High latency of the shop" }],
  ])("is %j", (wish) => {
    expect(tellsOfLoad(anAlertOf(wish))).toBe(true);
  });

  test.each<[Partial<AlertDigest>]>([
    [{ metric: "storage_percent", rule: "cpu" }],
    [{ metric: "physical_replication_delay_in_seconds" }],
    [{ metric: "maximum_used_transactionIDs" }],
    [{ metric: "is_db_alive" }],
    [{ metric: "connections_failed" }],
    [{ metric: null, rule: "PostgresqlDown" }],
    [{ metric: null, rule: "Replication connection lost" }],
    [{ metric: null, rule: "PostgresqlNotEnoughConnections" }],
    [{ metric: null, rule: "slow disk" }],
    [{ metric: null, rule: "Something odd" }],
  ])("is none of %j", (wish) => {
    expect(tellsOfLoad(anAlertOf(wish))).toBe(false);
  });
});

describe("an alert of another kind folds into the incident of a server's load", () => {
  const undecided: Incident["state"][] = ["dispatched", "investigating"];
  test.each(undecided)("while nothing is known of it and it is %s", (state) => {
    expect(foldsInto(anIncident({ state }), connections, SOON)).toBe(true);
    expect(foldsInto(anIncident({ state }), slow, SOON)).toBe(true);
  });

  test("within ten minutes", () => {
    expect(foldsInto(anIncident(), connections, later(NOW, 10 * MINUTE_MS))).toBe(true);
    expect(foldsInto(anIncident(), connections, later(NOW, 10 * MINUTE_MS + SECOND_MS))).toBe(false);
  });

  test("and not when its diagnosis is there, or when it is over", () => {
    expect(foldsInto(anIncident({ diagnosis: aDiagnosis() }), connections, SOON)).toBe(false);
    expect(foldsInto(anIncident({ state: "dismissed" }), connections, SOON)).toBe(false);
  });

  test("and not when either is about something else", () => {
    const storage = anAlertOf({ metric: "storage_percent" });
    expect(foldsInto(anIncident(), storage, SOON)).toBe(false);
    expect(foldsInto(anIncident({ alerts: [storage] }), connections, SOON)).toBe(false);
  });
});

describe("an alert of a service that depends on the server", () => {
  const web = anAlertOf({ metric: null, rule: "Http5xx", service: "shop-web" });

  test("folds in while nothing is known of the server's load, and after a cause was found, however late", () => {
    expect(foldsInto(anIncident(), web, SOON)).toBe(true);
    const found = anIncident({ state: "awaitingApproval", diagnosis: aDiagnosis("missing_index") });
    expect(foldsInto(found, web, later(NOW, 60 * MINUTE_MS))).toBe(true);
  });

  test("and not where nothing is wrong, where it is over, or where it is about something else", () => {
    const healthy = { ...aDiagnosis(), verdict: "healthy" as const };
    expect(foldsInto(anIncident({ diagnosis: healthy }), web, SOON)).toBe(false);
    expect(foldsInto(anIncident({ state: "resolved" }), web, SOON)).toBe(false);
    expect(foldsInto(anIncident({ alerts: [anAlertOf({ metric: "storage_percent" })] }), web, SOON)).toBe(false);
  });

  test("is of another kind than the server's own of the same rule, and than another service's", () => {
    const keys = [web, { ...web, service: "shop-app" }, anAlertOf({ metric: null, rule: "Http5xx" })];
    expect(new Set(keys.map((alert) => correlationKeyOf("shop", alert))).size).toBe(3);
  });

  test("says in the timeline whose it is", () => {
    const incident = withAlert(anIncident(), web, SOON);
    expect(incident?.timeline.at(-1)?.text).toBe("Http5xx of shop-web fired as well: it may have the same cause.");
  });
});

test("an alert of the same kind belongs to it as long as it is open", () => {
  const cpu = anAlertOf({ rule: "another rule" });
  const decided = anIncident({ diagnosis: aDiagnosis(), state: "awaitingApproval" });
  expect(foldsInto(decided, cpu, later(NOW, 600 * MINUTE_MS))).toBe(true);
  expect(foldsInto(anIncident({ state: "resolved" }), cpu, SOON)).toBe(false);
});

test("the key of a server's load is no kind's, and no other server's", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (rule, serverId) => {
      expect(correlationKeyOf(serverId, anAlertOf({ metric: null, rule }))).not.toBe(loadKeyOf(serverId));
    }),
  );
  expect(loadKeyOf("shop")).not.toBe(loadKeyOf("stock"));
});

test("what was folded in has a line of its own, and the gravest counts until somebody knows better", () => {
  const grave = { ...connections, severity: "Sev0" } as const;
  const incident = withAlert(anIncident(), grave, SOON);
  expect(incident?.severity).toBe("Sev0");
  expect(incident?.timeline.at(-1)?.text).toBe("connections-high fired as well: it may have the same cause.");
  const known = withAlert(
    anIncident({ diagnosis: aDiagnosis(), severity: "Sev3" }),
    anAlertOf({ severity: "Sev0" }),
    SOON,
  );
  expect(known?.severity).toBe("Sev3");
});

test("whatever alerts come, one of each kind that was folded in is still known at the end", () => {
  const kinds = ["cpu_percent", "active_connections", "longest_query_time_sec"];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 }), { maxLength: 300 }), (order) => {
      let incident = anIncident();
      const folded = new Set<string>();
      for (const at of order) {
        const alert = anAlertOf({ metric: kinds[at] ?? "" });
        if (!foldsInto(incident, alert, SOON)) continue;
        incident = withAlert(incident, alert, SOON) ?? incident;
        if (at > 0) folded.add(alert.metric ?? "");
      }
      expect(new Set(foldedIn(incident).map(({ metric }) => metric))).toEqual(folded);
    }),
  );
});
